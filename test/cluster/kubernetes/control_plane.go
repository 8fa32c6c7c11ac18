package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	serviceCIDR = "10.96.0.0/16"
	apiService  = "10.96.0.1"
	dnsService  = "10.96.0.10"
)

type controlPlane struct {
	*children
	dir, bind, advertise string
	issuer               string
	network              *network
	authority            *authority
	server               string
	kubeconfigs          map[string]string
	client               *kubernetes.Clientset
}

// Brings up etcd, API server, controller manager, scheduler, metrics server and kwok, prints one line of JSON when they work, and
// stops when its standard input is closed. With --network also DNS, on the bridge to which nodes connect.
func runControlPlane() error {
	c := &controlPlane{kubeconfigs: map[string]string{}}
	flag.StringVar(&c.dir, "dir", "", "folder for all that is written")
	flag.StringVar(&c.issuer, "issuer", "", "issuer of service account tokens, as in the template")
	nodes := flag.Bool("network", false, "make a bridge for real nodes, which needs root")
	flag.Parse()
	var err error
	if c.children, err = newChildren(filepath.Join(c.dir, "logs")); err != nil {
		return err
	}
	if *nodes {
		if c.network, err = claimNetwork(); err != nil {
			return err
		}
		defer c.network.remove()
	}
	steps := []func() error{c.listen, c.certify, c.startServer, c.startControllers, c.startMetricsServer, c.startKwok}
	if *nodes {
		steps = append(steps, c.startDNS)
	}
	for _, step := range append(steps, c.announce) {
		if err := step(); err != nil {
			return err
		}
	}
	return c.wait()
}

// The endpoint of the service `kubernetes` may not be on the loopback, so something else is advertised even when nobody uses it.
func (c *controlPlane) listen() error {
	c.bind = "127.0.0.1"
	if c.network != nil {
		c.bind, c.advertise = c.network.host(), c.network.host()
		return nil
	}
	addresses, err := net.InterfaceAddrs()
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			c.advertise = network.IP.String()
			return nil
		}
	}
	return errors.Join(err, errors.New("this machine has no network address but the loopback, and the API server must advertise one"))
}

func (c *controlPlane) certify() error {
	var err error
	if c.authority, err = newAuthority(filepath.Join(c.dir, "pki")); err != nil {
		return err
	}
	names := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"}
	err = errors.Join(
		c.authority.server("apiserver", names, c.bind, c.advertise, apiService, "127.0.0.1"),
		c.authority.server("fake-kubelet", []string{"localhost"}, "127.0.0.1"),
		c.authority.client("kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
		c.authority.client("front-proxy", "front-proxy-client"),
	)
	port, e := freePorts(1)
	if err = errors.Join(err, e); err != nil {
		return err
	}
	c.server = "https://" + net.JoinHostPort(c.bind, port[0])
	users := map[string][]string{
		"admin":              {"admin", "system:masters"},
		"controller-manager": {"system:kube-controller-manager"},
		"scheduler":          {"system:kube-scheduler"},
		"proxy":              {"system:kube-proxy"},
		"kwok":               {"kwok", "system:masters"},
	}
	for name, user := range users {
		if err := c.authority.client(name, user[0], user[1:]...); err != nil {
			return err
		}
		if c.kubeconfigs[name], err = c.authority.kubeconfig(name, c.server); err != nil {
			return err
		}
	}
	configuration, err := clientcmd.BuildConfigFromFlags("", c.kubeconfigs["admin"])
	if err != nil {
		return err
	}
	configuration.QPS, configuration.Burst = 200, 400
	c.client, err = kubernetes.NewForConfig(configuration)
	return err
}

func (c *controlPlane) startServer() error {
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	if err := c.part("etcd", "--dir", filepath.Join(c.dir, "etcd"), "--client", ports[0], "--peer", ports[1]); err != nil {
		return err
	}
	if err := c.part("apiserver", c.serverFlags(ports[0])...); err != nil {
		return err
	}
	return c.until("the API server is ready", 90*second, func() error {
		_, err := c.client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(context.Background())
		return err
	})
}

func (c *controlPlane) serverFlags(etcd string) []string {
	_, port, _ := net.SplitHostPort(c.server[len("https://"):])
	pki := c.authority.path
	return []string{
		"--etcd-servers=http://127.0.0.1:" + etcd,
		"--bind-address=" + c.bind, "--advertise-address=" + c.advertise, "--secure-port=" + port,
		"--service-cluster-ip-range=" + serviceCIDR,
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--client-ca-file=" + pki("ca.crt"), "--tls-cert-file=" + pki("apiserver.crt"), "--tls-private-key-file=" + pki("apiserver.key"),
		"--service-account-issuer=" + c.issuer,
		"--service-account-key-file=" + pki("service-account.pub"), "--service-account-signing-key-file=" + pki("service-account.key"),
		"--kubelet-client-certificate=" + pki("kubelet-client.crt"), "--kubelet-client-key=" + pki("kubelet-client.key"),
		"--kubelet-certificate-authority=" + pki("ca.crt"), "--kubelet-preferred-address-types=InternalIP",
		"--requestheader-client-ca-file=" + pki("ca.crt"), "--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + pki("front-proxy.crt"), "--proxy-client-key-file=" + pki("front-proxy.key"),
		"--allow-privileged=true", "--profiling=false",
	}
}

func (c *controlPlane) startControllers() error {
	pki := c.authority.path
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	if err := c.part("controller-manager", "--kubeconfig="+c.kubeconfigs["controller-manager"], "--bind-address=127.0.0.1",
		"--secure-port="+ports[0], "--leader-elect=false", "--use-service-account-credentials=true",
		"--root-ca-file="+pki("ca.crt"), "--service-account-private-key-file="+pki("service-account.key"),
		// The default of 20 queries a second is what a start waits for.
		"--kube-api-qps=200", "--kube-api-burst=400",
		"--node-monitor-period=2s", "--node-monitor-grace-period=20s",
		"--horizontal-pod-autoscaler-sync-period=2s", "--horizontal-pod-autoscaler-initial-readiness-delay=1s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=1s"); err != nil {
		return err
	}
	return c.part("scheduler", "--kubeconfig="+c.kubeconfigs["scheduler"], "--bind-address=127.0.0.1", "--secure-port="+ports[1],
		"--leader-elect=false", "--kube-api-qps=200", "--kube-api-burst=400")
}

func (c *controlPlane) announce() error {
	err := c.until("the controllers work", 90*second, func() error {
		_, err := c.client.CoreV1().ServiceAccounts("default").Get(context.Background(), "default", metav1.GetOptions{})
		return err
	})
	if err != nil {
		return err
	}
	ready := map[string]any{"kubeconfig": c.kubeconfigs["admin"], "server": c.server, "host": c.bind, "issuer": c.issuer}
	if c.network != nil {
		ready["network"] = c.network.index
	}
	line, err := json.Marshal(ready)
	fmt.Fprintf(os.Stdout, "%s\n", line)
	return err
}

const second = time.Second
