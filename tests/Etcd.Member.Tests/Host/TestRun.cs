using System.Net;
using System.Net.Sockets;
using Etcd.Member.Config;
using Etcd.Member.Host;
using Etcd.Member.Logging;
using Etcd.Testing;
using Microsoft.Extensions.Logging;

namespace Etcd.Member.Tests.Host;

/// <summary>A whole member in this process, on free ports.</summary>
internal sealed class TestRun : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly StopSignal _signal = new();
    private readonly LogSink _sink;
    private readonly MemberProcess _process;
    private readonly ZapLoggerFactory _loggers;

    private TestRun(MemberConfig config)
    {
        Config = config;
        _sink = new LogSink(console: false, "debug", [Log], TimeProvider.System);
        _loggers = new ZapLoggerFactory(_sink, LogLevel.Information);
        _process = new MemberProcess(config, _sink, _loggers, TimeProvider.System, _signal);
        Outcome = Task.Run(_process.RunAsync);
    }

    public MemberConfig Config { get; }

    public LogCapture Log { get; } = new();

    public Task<int> Outcome { get; }

    public string ClientUrl => Config.ListenClientUrls[0].ToString();

    public string PeerUrl => Config.ListenPeerUrls[0].ToString();

    /// <summary>Starts a member; the flags given come after those for ports and directory.</summary>
    public static TestRun Start(string directory, params string[] flags) =>
        new(ConfigOf([.. Flags(directory, FreePorts.Take(), FreePorts.Take()), .. flags]));

    /// <summary>Flags of a lonely member.</summary>
    public static string[] Flags(string directory, int clientPort, int peerPort) =>
    [
        "--name=m1",
        $"--data-dir={directory}",
        $"--listen-client-urls=http://127.0.0.1:{clientPort}",
        $"--advertise-client-urls=http://127.0.0.1:{clientPort}",
        $"--listen-peer-urls=http://127.0.0.1:{peerPort}",
        $"--initial-advertise-peer-urls=http://127.0.0.1:{peerPort}",
        $"--initial-cluster=m1=http://127.0.0.1:{peerPort}",
    ];

    /// <summary>Waits until it serves clients.</summary>
    public async Task ReadyAsync()
    {
        var ready = Log.SeenAsync("ready to serve client requests");
        var first = await Task.WhenAny(ready, Outcome).WaitAsync(Limit);
        Assert.True(first == ready, $"phase: start; expected: ready; actual: ended\n{Log.Text}");
    }

    /// <summary>Waits until the cluster has decided its version: calls are refused before.</summary>
    public async Task CapableAsync(HttpClient client)
    {
        await ReadyAsync();
        using var limit = new CancellationTokenSource(Limit);
        string version;
        do
        {
            Assert.False(limit.IsCancellationRequested, "phase: start; expected: a cluster version; actual: none");
            version = await client.GetStringAsync(ClientUrl + "/version");
        }
        while (version.Contains("not_decided", StringComparison.Ordinal));
    }

    /// <summary>Stops it by a signal; the outcome.</summary>
    public async Task<int> StopAsync(int signal)
    {
        _signal.Raise(signal);
        var outcome = await Outcome.WaitAsync(Limit);
        await _sink.DisposeAsync();
        return outcome;
    }

    /// <summary>Waits for its end by itself.</summary>
    public async Task<int> EndedAsync()
    {
        var outcome = await Outcome.WaitAsync(Limit);
        await _sink.DisposeAsync();
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        _signal.Raise(15);
        await Outcome.WaitAsync(Limit);
        await _process.DisposeAsync();
        await _sink.DisposeAsync();
        _loggers.Dispose();
        _signal.Dispose();
    }

    private static MemberConfig ConfigOf(string[] arguments)
    {
        var loaded = new ConfigLoader(arguments, new Dictionary<string, string>(), File.ReadAllText).Load("etcd");
        return loaded.Config ?? throw new InvalidOperationException($"refused: {loaded.StandardError}");
    }
}
