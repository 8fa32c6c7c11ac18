package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const containerdSocket = "/run/containerd/containerd.sock"

// Writes the configuration of everything that runs in a node, inside the node's own folders.
func (n node) configure() error {
	pki := func(file string) string { return filepath.Join(n.Cluster, "pki", file) }
	kubelet := map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
		"authentication": map[string]any{"anonymous": map[string]any{"enabled": false}, "x509": map[string]any{"clientCAFile": pki("ca.crt")}, "webhook": map[string]any{"enabled": true}},
		"authorization":  map[string]any{"mode": "Webhook"},
		"tlsCertFile":    pki(n.Name + "-server.crt"), "tlsPrivateKeyFile": pki(n.Name + "-server.key"),
		"containerRuntimeEndpoint": "unix://" + containerdSocket,
		"cgroupDriver":             "cgroupfs", "cgroupRoot": n.cgroup(), "failCgroupV1": false, "failSwapOn": false, "oomScoreAdj": 0,
		"clusterDNS": []string{dnsService}, "clusterDomain": "cluster.local", "resolvConf": n.path("resolv.conf"),
		"seccompDefault": true, "evictionHard": map[string]string{"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
		"imageGCHighThresholdPercent": 100, "nodeStatusUpdateFrequency": "2s", "nodeLeaseDurationSeconds": 10,
		"registerWithTaints": taints(n.Taints), "providerID": "aws:///" + n.Zone + "/" + n.instanceID(),
		"enableControllerAttachDetach": false, "podCIDR": n.network().podCIDR(n.Index),
	}
	proxy := map[string]any{
		"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration", "mode": "iptables",
		"clientConnection": map[string]any{"kubeconfig": pki("proxy.kubeconfig")}, "hostnameOverride": n.Name,
		"clusterCIDR": n.network().prefix() + ".0.0/16", "oomScoreAdj": 0,
		// Settings of the machine, which are not the node's to change.
		"conntrack": map[string]any{"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
	}
	pods := map[string]any{"cniVersion": "0.4.0", "name": "pods", "plugins": []any{map[string]any{
		"type": "ptp", "ipam": map[string]any{"type": "host-local", "dataDir": "/var/lib/cni", "ranges": []any{[]any{map[string]any{"subnet": n.network().podCIDR(n.Index)}}}, "routes": []any{map[string]any{"dst": "0.0.0.0/0"}}},
	}}}
	return errors.Join(
		writeJSON(n.path("kubelet.json"), kubelet), writeJSON(n.path("proxy.json"), proxy), writeJSON("/etc/cni/net.d/10-pods.conflist", pods),
		os.WriteFile(n.path("resolv.conf"), []byte("nameserver "+n.network().host()+"\n"), 0o644),
		os.WriteFile(n.path("containerd.toml"), []byte(containerdConfiguration), 0o644),
	)
}

const containerdConfiguration = `version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
`

func (n node) startContainerd() error {
	if err := n.start("containerd", "/usr/bin/containerd", "--config", n.path("containerd.toml")); err != nil {
		return err
	}
	for deadline := time.Now().Add(60 * second); ; time.Sleep(50 * time.Millisecond) {
		connection, err := net.Dial("unix", containerdSocket)
		if err == nil {
			connection.Close()
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("containerd does not answer: %w; the end of its log:\n%s", err, tail(n.path("logs", "containerd.log")))
		}
	}
	for _, archive := range n.Images {
		if err := run("/usr/bin/ctr", "--namespace", "k8s.io", "images", "import", archive); err != nil {
			return err
		}
	}
	return nil
}

func (n node) startKubelet() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	labels := "topology.kubernetes.io/zone=" + n.Zone
	if n.Labels != "" {
		labels += "," + n.Labels
	}
	return errors.Join(
		n.start("metadata", self, "metadata", string(must(json.Marshal(n)))),
		n.start("kubelet", self, "kubelet", "--config="+n.path("kubelet.json"), "--hostname-override="+n.Name, "--node-ip="+n.address(),
			"--kubeconfig="+filepath.Join(n.Cluster, "pki", n.Name+".kubeconfig"), "--node-labels="+labels),
		n.start("proxy", self, "proxy", "--config="+n.path("proxy.json")),
	)
}

// KEY=VALUE:EFFECT,…
func taints(text string) []map[string]string {
	found := []map[string]string{}
	for _, taint := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		rest, effect, _ := strings.Cut(taint, ":")
		key, value, _ := strings.Cut(rest, "=")
		found = append(found, map[string]string{"key": key, "value": value, "effect": effect})
	}
	return found
}

func writeJSON(file string, value any) error {
	return os.WriteFile(file, must(json.Marshal(value)), 0o644)
}

func must(content []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return content
}
