// One binary for all parts of a Kubernetes cluster: `kubernetes PART FLAGS…` runs a part as its own project ships it,
// `kubernetes control-plane` and `kubernetes node` bring up what the tests need from them.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"

	"github.com/coredns/caddy"
	_ "github.com/coredns/coredns/core/dnsserver"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	metricsserver "sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

// Only the part that is asked for is constructed: the constructors put flags and feature gates on globals.
var parts = map[string]func() int{
	"apiserver":          func() int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"controller-manager": func() int { return cli.Run(controllermanager.NewControllerManagerCommand()) },
	"scheduler":          func() int { return cli.Run(scheduler.NewSchedulerCommand()) },
	"kubelet":            func() int { return cli.Run(kubelet.NewKubeletCommand(context.Background())) },
	"proxy":              func() int { return cli.Run(proxy.NewProxyCommand()) },
	"metrics-server": func() int {
		return cli.Run(metricsserver.NewMetricsServerCommand(genericapiserver.SetupSignalHandler()))
	},
	"kwok":          runKwok,
	"dns":           runDNS,
	"etcd":          runEtcd,
	"control-plane": func() int { return command("control-plane", runControlPlane) },
	"node":          func() int { return command("node", runNode) },
	"node-init":     func() int { return command("node-init", runNodeInit) },
	"metadata":      func() int { return command("metadata", runMetadata) },
}

func main() {
	// A child's parent-death signal is tied to the thread that started it, so that thread must be the one that lives longest.
	runtime.LockOSThread()
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		names := []string{}
		for name := range parts {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintf(os.Stderr, "usage: %s PART FLAGS…; PART is one of %s\n", os.Args[0], strings.Join(names, ", "))
		os.Exit(2)
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	os.Exit(parts[part]())
}

func command(name string, run func() error) int {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

// kwok takes its stages from the context, which component-base's runner does not pass on.
func runKwok() int {
	flags := pflag.NewFlagSet("global", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	ctx, _ := kwoklog.InitFlags(genericapiserver.SetupSignalContext(), flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err == nil {
		var command *cobra.Command = kwok.NewCommand(ctx)
		// component-base has taken --version with a flag that is no bool.
		command.Version = ""
		command.PersistentFlags().AddFlagSet(flags)
		err = command.ExecuteContext(ctx)
	}
	return command("kwok", func() error { return err })
}

// usage: dns CONFIGURATION-FILE
func runDNS() int {
	return command("dns", func() error {
		contents, err := os.ReadFile(os.Args[1])
		if err != nil {
			return err
		}
		caddy.Quiet = true
		instance, err := caddy.Start(caddy.CaddyfileInput{Filepath: os.Args[1], Contents: contents, ServerTypeName: "dns"})
		if err != nil {
			return err
		}
		instance.Wait()
		return nil
	})
}
