using System.Collections;
using Etcd.Member.Config;
using Etcd.Member.Host;
using Etcd.Member.Logging;

var environment = new Dictionary<string, string>(StringComparer.Ordinal);
foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
{
    environment.Add((string)entry.Key, (string?)entry.Value ?? "");
}

var loaded = new ConfigLoader(args, environment, File.ReadAllText).Load(Environment.ProcessPath ?? "etcd");
await Console.Error.WriteAsync(loaded.StandardError);
await Console.Out.WriteAsync(loaded.StandardOutput);

var outcome = -loaded.ExitCode;
using (var signal = new StopSignal())
{
    var sink = LogSink.Open(loaded.Log, TimeProvider.System);
    await using (sink)
    {
        foreach (var line in loaded.Lines)
        {
            sink.Write(line);
        }

        if (loaded.Config is { } config)
        {
            using var loggers = new ZapLoggerFactory(sink, ZapLevel.Parse(config.Log.Level));
            await using var process = new MemberProcess(config, sink, loggers, TimeProvider.System, signal);
            outcome = await process.RunAsync();
        }
    }
}

if (outcome <= 0)
{
    return -outcome;
}

// As PID 1 the kernel would not let a signal end the process, so a container sees success; elsewhere the parent
// sees the signal itself.
if (Environment.ProcessId != 1)
{
    Libc.DieBy(outcome);
}

return 0;
