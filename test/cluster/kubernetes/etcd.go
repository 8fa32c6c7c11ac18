package main

import (
	"flag"
	"net/url"

	"go.etcd.io/etcd/server/v3/embed"
)

// usage: etcd --dir DIR --client PORT --peer PORT
func runEtcd() int {
	return command("etcd", func() error {
		dir := flag.String("dir", "", "folder of the data")
		client := flag.String("client", "", "port for clients on the loopback")
		peer := flag.String("peer", "", "port for other members, of which there are none")
		flag.Parse()
		configuration := embed.NewConfig()
		configuration.Dir = *dir
		configuration.LogLevel = "warn"
		// The data need not survive the machine.
		configuration.UnsafeNoFsync = true
		configuration.ListenClientUrls = []url.URL{loopback(*client)}
		configuration.AdvertiseClientUrls = configuration.ListenClientUrls
		configuration.ListenPeerUrls = []url.URL{loopback(*peer)}
		configuration.AdvertisePeerUrls = configuration.ListenPeerUrls
		configuration.InitialCluster = configuration.InitialClusterFromName(configuration.Name)
		server, err := embed.StartEtcd(configuration)
		if err != nil {
			return err
		}
		return <-server.Err()
	})
}

func loopback(port string) url.URL { return url.URL{Scheme: "http", Host: "127.0.0.1:" + port} }
