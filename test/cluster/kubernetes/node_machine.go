package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// What a kubelet and containerd expect at fixed places: each node has its own there.
var ownFolders = []string{
	"/var/lib/kubelet", "/var/lib/containerd", "/run/containerd", "/var/log/pods", "/var/log/containers", "/etc/cni/net.d", "/var/lib/cni", "/run/netns",
}

// Gives the process its own view of the machine; nothing of it is seen outside.
func (n node) isolate() error {
	if err := syscall.Sethostname([]byte(n.Name)); err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts cannot be made private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("/proc cannot be mounted: %w", err)
	}
	// What has to be made at these places for a mount to have a place is made in a layer of the node's own.
	for _, folder := range []string{"/etc", "/run", "/var/lib", "/var/log"} {
		upper, work := n.path("layers", folder, "upper"), n.path("layers", folder, "work")
		if err := errors.Join(os.MkdirAll(upper, 0o755), os.MkdirAll(work, 0o755)); err != nil {
			return err
		}
		options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", folder, upper, work)
		if err := syscall.Mount("overlay", folder, "overlay", 0, options); err != nil {
			return fmt.Errorf("%s cannot get a layer of its own: %w", folder, err)
		}
	}
	for _, folder := range ownFolders {
		own := n.path("root", folder)
		if err := errors.Join(os.MkdirAll(own, 0o755), os.MkdirAll(folder, 0o755)); err != nil {
			return err
		}
		if err := syscall.Mount(own, folder, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s cannot be mounted over: %w", folder, err)
		}
	}
	// A kubelet wants volumes that it mounts to be seen in containers.
	return syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, "")
}

// Hierarchies of control groups: one of cgroup v2, or one for each controller of v1 and perhaps the unified one beside them.
func cgroupHierarchies() ([]string, bool) {
	const root = "/sys/fs/cgroup"
	if _, err := os.Stat(root + "/cgroup.controllers"); err == nil {
		return []string{root}, true
	}
	found, _ := filepath.Glob(root + "/*")
	hierarchies := []string{}
	for _, folder := range found {
		if information, err := os.Lstat(folder); err == nil && information.IsDir() {
			hierarchies = append(hierarchies, folder)
		}
	}
	return hierarchies, false
}

func (n node) makeCgroups() error {
	hierarchies, unified := cgroupHierarchies()
	if len(hierarchies) == 0 {
		return errors.New("/sys/fs/cgroup has no hierarchy: control groups are not mounted")
	}
	for _, hierarchy := range hierarchies {
		own := hierarchy + n.cgroup()
		if err := os.MkdirAll(own, 0o755); err != nil {
			return fmt.Errorf("control groups cannot be made here: %w", err)
		}
		if unified {
			os.WriteFile(hierarchy+"/cgroup.subtree_control", []byte("+cpu +cpuset +memory +pids"), 0o644)
			continue
		}
		// A group with no CPU and no memory node can run nothing.
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			if content, err := os.ReadFile(filepath.Join(hierarchy, file)); err == nil {
				if err := os.WriteFile(filepath.Join(own, file), content, 0o644); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Removes what outlives the processes of a node: its control groups, and the wire to its network, which connections that nobody
// answers would keep for minutes.
func (n node) clean() {
	exec.Command("ip", "link", "delete", n.network().wire(n.Index)).Run()
	hierarchies, _ := cgroupHierarchies()
	for _, hierarchy := range append(hierarchies, "/sys/fs/cgroup/unified") {
		removeGroups(hierarchy + n.cgroup())
	}
}

func removeGroups(group string) {
	children, _ := os.ReadDir(group)
	for _, child := range children {
		if child.IsDir() {
			removeGroups(filepath.Join(group, child.Name()))
		}
	}
	os.Remove(group)
}

// As PID 1: reaps whatever ends; when one of its own does, the machine goes down with it.
func reap(logs string) error {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if name, ok := started[pid]; ok {
			return fmt.Errorf("%s ended (%s). The end of its log:\n%s", name, describe(status), tail(filepath.Join(logs, name+".log")))
		}
	}
}

func describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return status.Signal().String()
	}
	return fmt.Sprintf("code %d", status.ExitStatus())
}

var started = map[int]string{}

// Not exec.Cmd: its Wait would race with the reaping.
func (n node) start(name, program string, arguments ...string) error {
	log, err := os.Create(n.path("logs", name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	none, err := os.Open("/dev/null")
	if err != nil {
		return err
	}
	defer none.Close()
	process, err := os.StartProcess(program, append([]string{program}, arguments...), &os.ProcAttr{
		Env: append(os.Environ(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), Files: []*os.File{none, log, log},
	})
	if err != nil {
		return fmt.Errorf("%s could not be started: %w", strings.TrimSpace(program+" "+name), err)
	}
	started[process.Pid] = name
	return nil
}
