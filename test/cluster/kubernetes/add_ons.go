package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	metrics "sigs.k8s.io/kwok/kustomize/metrics/resource"
	usage "sigs.k8s.io/kwok/kustomize/metrics/usage"
	nodefast "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	podfast "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
)

// kwok plays the kubelet of nodes with the annotation `kwok.x-k8s.io/node: fake`. What a pod on them uses is what its annotations
// `kwok.x-k8s.io/usage-cpu` and `usage-memory` say.
func (c *controlPlane) startKwok() error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	file := filepath.Join(c.dir, "kwok.yaml")
	// As a library kwok loads no stages by itself.
	stages := []string{
		nodefast.DefaultNodeInit, heartbeat.DefaultNodeHeartbeatWithLease,
		podfast.DefaultPodReady, podfast.DefaultPodComplete, podfast.DefaultPodDelete,
		metrics.DefaultMetricsResource, usage.DefaultUsageFromAnnotation,
	}
	if err := os.WriteFile(file, []byte(strings.Join(stages, "\n---\n")), 0o600); err != nil {
		return err
	}
	return c.part("kwok", "--kubeconfig="+c.kubeconfigs["kwok"], "--config="+file,
		"--manage-all-nodes=false", "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
		"--node-lease-duration-seconds=40", "--cidr=10.250.0.0/16", "--node-ip=127.0.0.1", "--node-port="+ports[0],
		"--server-address=127.0.0.1:"+ports[0],
		"--tls-cert-file="+c.authority.path("fake-kubelet.crt"), "--tls-private-key-file="+c.authority.path("fake-kubelet.key"))
}

// The API server reaches it through a Service that names the machine itself, since no kube-proxy runs here.
func (c *controlPlane) startMetricsServer() error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	if err := c.part("metrics-server", "--kubeconfig="+c.kubeconfigs["admin"], "--authentication-kubeconfig="+c.kubeconfigs["admin"],
		"--authorization-kubeconfig="+c.kubeconfigs["admin"], "--bind-address=127.0.0.1", "--secure-port="+ports[0],
		"--cert-dir="+filepath.Join(c.dir, "metrics-server"), "--kubelet-insecure-tls",
		"--kubelet-preferred-address-types=InternalIP", "--kubelet-use-node-status-port", "--metric-resolution=10s", "--kubelet-request-timeout=5s"); err != nil {
		return err
	}
	port, _ := strconv.Atoi(ports[0])
	_, err = c.client.CoreV1().Services("kube-system").Create(context.Background(), &core.Service{
		ObjectMeta: meta.ObjectMeta{Name: "metrics-server"},
		Spec:       core.ServiceSpec{Type: core.ServiceTypeExternalName, ExternalName: "localhost"},
	}, meta.CreateOptions{})
	if err != nil {
		return err
	}
	service := fmt.Sprintf(`{"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.metrics.k8s.io"},
"spec":{"group":"metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,"insecureSkipTLSVerify":true,
"service":{"namespace":"kube-system","name":"metrics-server","port":%d}}}`, port)
	return c.client.RESTClient().Post().AbsPath("/apis/apiregistration.k8s.io/v1/apiservices").
		SetHeader("Content-Type", "application/json").Body([]byte(service)).Do(context.Background()).Error()
}

// DNS for the pods of real nodes: a process on the bridge, behind the Service that every kubelet names to its pods.
func (c *controlPlane) startDNS() error {
	file := filepath.Join(c.dir, "Corefile")
	text := fmt.Sprintf(".:53 {\n  errors\n  bind %s\n  kubernetes cluster.local in-addr.arpa {\n    kubeconfig %s\n    pods insecure\n  }\n  cache 5\n}\n",
		c.bind, c.kubeconfigs["admin"])
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	if err := c.part("dns", file); err != nil {
		return err
	}
	ports := []core.ServicePort{
		{Name: "dns", Protocol: core.ProtocolUDP, Port: 53, TargetPort: intstr.FromInt32(53)},
		{Name: "dns-tcp", Protocol: core.ProtocolTCP, Port: 53, TargetPort: intstr.FromInt32(53)},
	}
	ctx := context.Background()
	_, err := c.client.CoreV1().Services("kube-system").Create(ctx, &core.Service{
		ObjectMeta: meta.ObjectMeta{Name: "kube-dns"}, Spec: core.ServiceSpec{ClusterIP: dnsService, Ports: ports},
	}, meta.CreateOptions{})
	if err != nil {
		return err
	}
	endpoints := []discovery.EndpointPort{}
	for _, port := range ports {
		endpoints = append(endpoints, discovery.EndpointPort{Name: &port.Name, Protocol: &port.Protocol, Port: &port.Port})
	}
	_, err = c.client.DiscoveryV1().EndpointSlices("kube-system").Create(ctx, &discovery.EndpointSlice{
		ObjectMeta:  meta.ObjectMeta{Name: "kube-dns", Labels: map[string]string{discovery.LabelServiceName: "kube-dns"}},
		AddressType: discovery.AddressTypeIPv4,
		Endpoints:   []discovery.Endpoint{{Addresses: []string{c.bind}}},
		Ports:       endpoints,
	}, meta.CreateOptions{})
	return err
}
