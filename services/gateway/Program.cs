using Etcd.Gateway;
using Etcd.Gateway.Configuration;
using Etcd.ServiceDefaults.CommandLine;

if (FlagSet.AsksForHelp(args))
{
    Console.Out.Write(GatewayCommandLine.Flags.Help);
    return 0;
}

GatewayOptions options;
try
{
    options = GatewayCommandLine.Parse(args, Environment.GetEnvironmentVariables());
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync("etcd-gateway: " + wrong.Message);
    return 2;
}

await using var app = GatewayHost.Build(options);
await app.RunAsync();
return 0;
