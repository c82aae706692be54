using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Etcd.Testing;

namespace Etcd.Storage.Tests.Bbolt;

/// <summary>A running real etcd of one member; stopped on disposal.</summary>
internal sealed class ReferenceServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _clientUrl;

    private ReferenceServer(Process process, string clientUrl)
    {
        _process = process;
        _clientUrl = clientUrl;
    }

    /// <summary>Starts a server and waits until it serves.</summary>
    public static async Task<ReferenceServer> StartAsync(string dataDirectory, params string[] arguments)
    {
        var (client, peer) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        var process = Start(
            "etcd",
            [
                "--data-dir", dataDirectory, "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", $"default={peer}", "--log-level", "error", .. arguments,
            ]);
        var server = new ReferenceServer(process, client);
        await server.ControlAsync("--command-timeout", "30s", "--dial-timeout", "30s", "get", "ready");
        return server;
    }

    /// <summary>Runs one of the tools and returns its output.</summary>
    public static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = Start(tool, arguments);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(
            process.ExitCode == 0,
            $"{tool} {string.Join(' ', arguments)}: exit {process.ExitCode}: {await error}");
        return output;
    }

    /// <summary>Runs <c>etcdctl</c> against the server.</summary>
    public Task<string> ControlAsync(params string[] arguments) =>
        RunAsync("etcdctl", ["--endpoints", _clientUrl, .. arguments]);

    /// <summary>Ends the server as a crash would.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(string tool, string[] arguments) =>
        Process.Start(new ProcessStartInfo(ReferenceEtcd.Tool(tool), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
