package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// The bridge that joins the nodes of one cluster with this machine. Its addresses follow from a number, so that several clusters
// can run beside each other.
type network struct {
	index int
	lock  *os.File
}

func (n network) bridge() string          { return fmt.Sprintf("flinktest%d", n.index) }
func (n network) host() string            { return n.address(0) }
func (n network) prefix() string          { return fmt.Sprintf("10.%d", 100+n.index) }
func (n network) podCIDR(node int) string { return fmt.Sprintf("%s.%d.0/24", n.prefix(), node) }

// This machine's end of the wire to a node.
func (n network) wire(node int) string { return fmt.Sprintf("%sn%d", n.bridge(), node) }

// Address of a node on the bridge; node 0 is this machine.
func (n network) address(node int) string { return fmt.Sprintf("%s.255.%d", n.prefix(), 1+node) }

// Makes the first bridge that no other cluster has. A lock says whose it is, so one that was left behind is taken over.
func claimNetwork() (*network, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("a network for nodes can be made by root only: this process is user %d", os.Geteuid())
	}
	for index := 1; index < 100; index++ {
		n := &network{index: index}
		lock, err := os.OpenFile("/run/"+n.bridge()+".lock", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			lock.Close()
			continue
		}
		n.lock = lock
		return n, n.create()
	}
	return nil, errors.New("all 99 networks are in use")
}

func (n network) create() error {
	exec.Command("ip", "link", "delete", n.bridge()).Run()
	for _, arguments := range [][]string{
		{"link", "add", n.bridge(), "type", "bridge"},
		{"address", "add", n.host() + "/24", "dev", n.bridge()},
		{"link", "set", n.bridge(), "up"},
	} {
		if err := run("ip", arguments...); err != nil {
			return err
		}
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}

func (n network) remove() {
	exec.Command("ip", "link", "delete", n.bridge()).Run()
	os.Remove(n.lock.Name())
}

// Joins the network of a process with the bridge, as its eth0.
func (n network) connect(node, pid int) error {
	outside := n.wire(node)
	exec.Command("ip", "link", "delete", outside).Run()
	for _, arguments := range [][]string{
		{"link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", strconv.Itoa(pid)},
		{"link", "set", outside, "master", n.bridge(), "up"},
		{"route", "replace", n.podCIDR(node), "via", n.address(node), "dev", n.bridge()},
	} {
		if err := run("ip", arguments...); err != nil {
			return err
		}
	}
	return nil
}

// Inside a node: its address, the way out, and the address at which EC2 answers questions about an instance.
func (n network) configure(node int) error {
	for _, arguments := range [][]string{
		{"link", "set", "lo", "up"},
		{"address", "add", metadataAddress + "/32", "dev", "lo"},
		{"address", "add", n.address(node) + "/24", "dev", "eth0"},
		{"link", "set", "eth0", "up"},
		{"route", "add", "default", "via", n.host()},
	} {
		if err := run("ip", arguments...); err != nil {
			return err
		}
	}
	// Pods on other nodes are reached through the machine, which knows where they are.
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}
