package main

import (
	"encoding/json"
	"net/http"
	"os"
)

const metadataAddress = "169.254.169.254"

// EC2's instance metadata for one node, at the very address that software on an instance asks. A Spot notice is the file
// spot-instance-action in the node's folder; without it the answer is 404, as on EC2. Source: Amazon EC2, instance metadata categories.
func runMetadata() error {
	n := node{}
	if err := json.Unmarshal([]byte(os.Args[1]), &n); err != nil {
		return err
	}
	fixed := map[string]string{
		"instance-id":                  n.instanceID(),
		"instance-type":                n.InstanceType,
		"instance-life-cycle":          n.Lifecycle,
		"local-hostname":               n.Name,
		"local-ipv4":                   n.address(),
		"placement/availability-zone":  n.Zone,
		"events/maintenance/scheduled": "[]",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", func(answer http.ResponseWriter, request *http.Request) {
		answer.Header().Set("X-aws-ec2-metadata-token-ttl-seconds", request.Header.Get("X-aws-ec2-metadata-token-ttl-seconds"))
		answer.Write([]byte("token-of-" + n.Name))
	})
	mux.HandleFunc("GET /latest/meta-data/{category...}", func(answer http.ResponseWriter, request *http.Request) {
		if request.Header.Get("X-aws-ec2-metadata-token") != "token-of-"+n.Name {
			http.Error(answer, "a token is required", http.StatusUnauthorized)
			return
		}
		category := request.PathValue("category")
		if value, ok := fixed[category]; ok {
			answer.Write([]byte(value))
			return
		}
		if notice, err := os.ReadFile(n.path("spot-instance-action")); err == nil && category == "spot/instance-action" {
			answer.Write(notice)
			return
		}
		http.NotFound(answer, request)
	})
	return http.ListenAndServe(metadataAddress+":80", mux)
}
