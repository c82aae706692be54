using System.Collections;
using Etcd.Member.Config;
using Etcd.Member.Logging;

var environment = Environment.GetEnvironmentVariables()
    .Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
var loaded = new ConfigLoader(args, environment, File.ReadAllText).Load(Environment.ProcessPath ?? "etcd");
await Console.Out.WriteAsync(loaded.StandardOutput);
await Console.Error.WriteAsync(loaded.StandardError);
await using var sink = LogSink.Open(loaded.Log, TimeProvider.System);
foreach (var line in loaded.Lines)
{
    sink.Write(line);
}

return loaded.ExitCode;
