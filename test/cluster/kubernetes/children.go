package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Processes that this one started. They die with it, however it goes.
type children struct {
	logs  string
	ended chan error
}

func newChildren(logs string) (*children, error) {
	return &children{logs: logs, ended: make(chan error, 32)}, os.MkdirAll(logs, 0o755)
}

// Starts another part of this binary.
func (c *children) part(name string, arguments ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return c.start(name, exec.Command(self, append([]string{name}, arguments...)...))
}

func (c *children) start(name string, command *exec.Cmd) error {
	log, err := os.Create(filepath.Join(c.logs, name+".log"))
	if err != nil {
		return err
	}
	command.Stdout, command.Stderr = log, log
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := command.Start(); err != nil {
		return fmt.Errorf("%s could not be started: %w", name, err)
	}
	log.Close()
	go func() {
		err := command.Wait()
		c.ended <- fmt.Errorf("%s ended (%v). The end of its log %s:\n%s", name, err, log.Name(), tail(log.Name()))
	}()
	return nil
}

// Returns when whoever started this process closes its standard input or asks it to end; or when a child ends, which is an error.
func (c *children) wait() error {
	asked := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(asked)
	}()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	select {
	case <-asked:
	case <-signals:
	case err := <-c.ended:
		return err
	}
	return nil
}

// Kills a child and waits until it is gone.
func (c *children) end(child *os.Process) {
	child.Kill()
	select {
	case <-c.ended:
	case <-time.After(10 * second):
	}
}

// Asks until the answer is nil, or a child has ended.
func (c *children) until(what string, within time.Duration, ask func() error) error {
	deadline := time.Now().Add(within)
	for {
		err := ask()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not so after %s: %w; logs are in %s", what, within, err, c.logs)
		}
		select {
		case ended := <-c.ended:
			return fmt.Errorf("%s: %w", what, ended)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func tail(file string) string {
	content, _ := os.ReadFile(file)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// Ports that are free now.
func freePorts(count int) ([]string, error) {
	ports := []string{}
	for range count {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		ports = append(ports, port)
	}
	return ports, nil
}

func run(name string, arguments ...string) error {
	output, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(string(output)))
	}
	return nil
}
