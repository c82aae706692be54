using System.Text.Json;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>The lines of a log that scripts and people wait for.</summary>
internal static class Lines
{
    /// <summary>In an order that etcd keeps; others come from threads of their own.</summary>
    private static readonly string[] Steps =
    [
        "configuring peer listeners", "configuring client listeners", "starting an etcd server", "opened backend db",
        "starting local member", "starting etcd server", "ready to serve client requests",
        "received signal; shutting down", "closing etcd server", "closed etcd server",
    ];

    private static readonly string[] Awaited =
    [
        .. Steps, "set initial cluster version", "enabled capabilities for version",
        "published local member to cluster through raft", "notifying init daemon", "successfully notified init daemon",
        "serving client traffic insecurely; this is strongly discouraged!", "stopping serving peer traffic",
        "stopped serving peer traffic",
    ];

    /// <summary>Settings that mean nothing to a server of ours; it says so in a line of its own.</summary>
    private static readonly string[] WithoutEffect =
        ["max-wals", "max-snapshots", "discovery-url", "discovery-proxy", "downgrade-check-interval"];

    /// <summary>The steps come in order, and every awaited line is as etcd's: level, first fields, no field missing.</summary>
    public static void AreAlike(string etcdLog, string ourLog)
    {
        var etcd = Read(etcdLog);
        var ours = Read(ourLog);
        Assert.Equal(Steps, etcd.Keys.Where(Steps.Contains));
        Assert.Equal(Steps, ours.Keys.Where(Steps.Contains));
        foreach (string message in Awaited)
        {
            Assert.True(ours.ContainsKey(message), $"no line says: {message}");
            Assert.Equal(etcd[message].Level, ours[message].Level);
            Assert.Equal(["level", "ts", "caller", "msg"], ours[message].Fields[..4]);
            Assert.Empty(etcd[message].Fields.Except(ours[message].Fields).Except(WithoutEffect));
        }
    }

    /// <summary>The first line of each message, in the order of the log.</summary>
    private static OrderedDictionary<string, (string Level, string[] Fields)> Read(string logFile)
    {
        var lines = new OrderedDictionary<string, (string, string[])>();
        foreach (string line in File.ReadLines(logFile))
        {
            using var json = JsonDocument.Parse(line);
            lines.TryAdd(
                json.RootElement.GetProperty("msg").GetString()!,
                (json.RootElement.GetProperty("level").GetString()!,
                    [.. json.RootElement.EnumerateObject().Select(field => field.Name)]));
        }

        return lines;
    }
}
