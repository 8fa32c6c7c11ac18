package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// What a node is started with; the process that becomes its PID 1 reads it as JSON.
type node struct {
	Cluster, Server, Name, Zone, Lifecycle, InstanceType, Labels, Taints string
	Network, Index                                                       int
	Images                                                               []string
}

func (n node) network() network { return network{index: n.Network} }
func (n node) folder() string   { return filepath.Join(n.Cluster, "nodes", n.Name) }
func (n node) path(parts ...string) string {
	return filepath.Join(append([]string{n.folder()}, parts...)...)
}
func (n node) address() string    { return n.network().address(n.Index) }
func (n node) cgroup() string     { return fmt.Sprintf("/flinktest%d-%s", n.Network, n.Name) }
func (n node) instanceID() string { return fmt.Sprintf("i-%017x", n.Network*1000+n.Index) }

// Brings up a machine of its own for containers: kubelet, kube-proxy and containerd in namespaces. Prints a line when it is Ready and
// ends when standard input is closed. Killing it is a machine that is gone: all its processes end at once.
func runNode() error {
	n := node{}
	var images, options string
	flag.StringVar(&options, "node", "", "the node, as JSON")
	flag.StringVar(&images, "images", "[]", "OCI archives to import, as JSON")
	flag.Parse()
	if err := errors.Join(json.Unmarshal([]byte(options), &n), json.Unmarshal([]byte(images), &n.Images)); err != nil {
		return err
	}
	defer n.clean()
	n.clean()
	if err := errors.Join(os.MkdirAll(n.path("logs"), 0o755), n.certify(), n.makeCgroups()); err != nil {
		return err
	}
	c, err := newChildren(n.path("logs"))
	if err != nil {
		return err
	}
	machine, err := n.launch(c)
	if err != nil {
		return err
	}
	// Control groups can be removed when nothing is in them any more.
	defer c.end(machine)
	if err := n.awaitReady(c); err != nil {
		return err
	}
	fmt.Printf("{\"name\":%q,\"address\":%q,\"folder\":%q}\n", n.Name, n.address(), n.folder())
	return c.wait()
}

func (n node) certify() error {
	authority, err := openAuthority(filepath.Join(n.Cluster, "pki"))
	if err != nil {
		return err
	}
	if err := errors.Join(
		authority.client(n.Name, "system:node:"+n.Name, "system:nodes"),
		authority.server(n.Name+"-server", []string{n.Name}, n.address()),
	); err != nil {
		return err
	}
	_, err = authority.kubeconfig(n.Name, n.Server)
	return err
}

func (n node) launch(c *children) (*os.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	command := exec.Command(self, "node-init", string(text))
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS,
	}
	gate, open, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command.Stdin = gate
	if err := c.start("node-init", command); err != nil {
		return nil, err
	}
	gate.Close()
	// It waits at the gate until it has a network.
	err = n.network().connect(n.Index, command.Process.Pid)
	return command.Process, errors.Join(err, open.Close())
}

func (n node) awaitReady(c *children) error {
	configuration, err := clientcmd.BuildConfigFromFlags("", filepath.Join(n.Cluster, "pki", "admin.kubeconfig"))
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(configuration)
	if err != nil {
		return err
	}
	return c.until("node "+n.Name+" is Ready", 120*second, func() error {
		found, err := client.CoreV1().Nodes().Get(context.Background(), n.Name, meta.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range found.Status.Conditions {
			if condition.Type == core.NodeReady && condition.Status == core.ConditionTrue {
				return nil
			}
		}
		return errors.New("it is not Ready")
	})
}

// usage: node-init JSON
func runNodeInit() error {
	n := node{}
	if err := json.Unmarshal([]byte(os.Args[1]), &n); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	steps := []func() error{n.isolate, func() error { return n.network().configure(n.Index) }, n.configure, n.startContainerd, n.startKubelet}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return reap(n.path("logs"))
}
