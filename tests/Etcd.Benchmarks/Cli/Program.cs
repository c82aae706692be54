using System.Net.Sockets;
using System.Runtime.InteropServices;
using Etcd.Benchmarks.Cli;
using Etcd.Benchmarks.Http2;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The servers are stopped and their data is removed first.
    pressed.Cancel = true;
    stop.Cancel();
};
using var terminate = PosixSignalRegistration.Create(
    PosixSignal.SIGTERM,
    context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });
try
{
    return args switch
    {
        ["compare", .. string[] rest] when !Usage.Asked(rest) => CompareCommand.Run(new Options(rest), stop.Token),
        ["scale", .. string[] rest] when !Usage.Asked(rest) => ScaleCommand.Run(new Options(rest), stop.Token),
        ["run", .. string[] rest] when !Usage.Asked(rest) => RunCommand.Run(new Options(rest), stop.Token),
        ["report", .. string[] rest] when !Usage.Asked(rest) => ReportCommand.Run(new Options(rest)),
        ["micro", .. string[] rest] when !Usage.Asked(rest) => MicroCommand.Run(new Options(rest)),
        ["list"] => Usage.List(),
        _ => Usage.Print(asked: args.Length > 0 && Usage.Asked(args)),
    };
}
catch (UsageException wrong)
{
    await Console.Error.WriteLineAsync($"benchmarks: {wrong.Message} (--help shows the options)");
    return 2;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("benchmarks: interrupted");
    return 130;
}
catch (Exception failure) when (failure is LoadException or SocketException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync("benchmarks: " + failure.Message);
    return 1;
}
