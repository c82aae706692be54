using Etcd.Metrics;
using Etcd.Metrics.Configuration;
using Etcd.ServiceDefaults.CommandLine;

if (FlagSet.AsksForHelp(args))
{
    Console.Out.Write(MetricsCommandLine.Flags.Help);
    return 0;
}

MetricsOptions options;
try
{
    options = MetricsCommandLine.Parse(args, Environment.GetEnvironmentVariables());
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync("etcd-metrics: " + wrong.Message);
    return 2;
}

await using var app = MetricsHost.Build(options);
await app.RunAsync();
return 0;
