return Etcd.Simulator.Cli.CommandLine.Run(args);
