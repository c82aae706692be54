using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.AppHost;

/// <summary>The app host as a user runs it.</summary>
public sealed class AppHostTests : IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("etcd-apphost-");
    private readonly int _offset = 100 + (Environment.ProcessId % 600 * 10);

    [Fact]
    public async Task Cluster_survives_the_app_hosts_end_in_its_data_only()
    {
        await using (var killed = await StartAsync())
        {
            Assert.Equal("OK\n", (await EtcdctlRun.RunAsync(Gateway, string.Empty, "put", "k", "v")).Output);
            Assert.NotEmpty(Children());

            await killed.KillAsync();
            await UntilNoChildAsync("the app host was killed");
        }

        await using var second = await StartAsync();
        Assert.Equal("k\nv\n", (await EtcdctlRun.RunAsync(Gateway, string.Empty, "get", "k")).Output);
        using var http = new HttpClient();
        string metrics = await http.GetStringAsync($"http://127.0.0.1:{2381 + _offset}/metrics");
        Assert.Contains("etcd_server_has_leader{", metrics, StringComparison.Ordinal);

        Assert.Equal(0, await second.TerminateAsync());
        await UntilNoChildAsync("the app host was stopped");
    }

    [Fact]
    public async Task Taken_port_is_named_with_the_process_that_holds_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 2379 + _offset);
        listener.Start();

        await using var appHost = Launch();
        await UntilAsync(() => appHost.HasExited, "the app host with a taken port", "it ends");

        string output = await File.ReadAllTextAsync(appHost.LogFile);
        Assert.Equal(1, appHost.ExitCode);
        Assert.Contains(
            $"Port {2379 + _offset}, needed by gateway (client), is in use by process {Environment.ProcessId}",
            output, StringComparison.Ordinal);
        Assert.Empty(Children());
    }

    public void Dispose() => _state.Delete(recursive: true);

    private string Gateway => $"http://127.0.0.1:{2379 + _offset}";

    private async Task<ServerProcess> StartAsync()
    {
        var appHost = Launch();
        await UntilAsync(
            () => appHost.HasExited || File.ReadAllText(appHost.LogFile).Contains("Press Ctrl-C", StringComparison.Ordinal),
            "start of the app host", "the table is printed");
        Assert.False(appHost.HasExited, appHost.LogTail());
        string output = await File.ReadAllTextAsync(appHost.LogFile);
        Assert.Contains(_state.FullName, output, StringComparison.Ordinal);
        Assert.Contains($"client {Gateway}", output, StringComparison.Ordinal);
        return appHost;
    }

    private ServerProcess Launch()
    {
        string log = Path.Combine(_state.FullName, "apphost.log");
        File.WriteAllText(log, string.Empty);
        return ServerProcess.Start(
            "apphost", Built.AppHost,
            [
                "--members=1", $"--state={_state.FullName}",
                $"--port-offset={_offset.ToString(CultureInfo.InvariantCulture)}",
            ],
            log);
    }

    /// <summary>The processes that name this test's state folder or ports, other than an app host.</summary>
    private List<string> Children() =>
        [.. Directory.EnumerateDirectories("/proc")
            .Where(directory => int.TryParse(Path.GetFileName(directory), out _))
            .Select(CommandLine)
            .Where(command => !command.Contains("AppHost", StringComparison.Ordinal)
                && (command.Contains(_state.FullName, StringComparison.Ordinal)
                    || command.Contains($"--listen=http://127.0.0.1:{2379 + _offset}", StringComparison.Ordinal)
                    || command.Contains($"--listen=http://127.0.0.1:{2381 + _offset}", StringComparison.Ordinal)))];

    private static string CommandLine(string processDirectory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(processDirectory, "cmdline"));
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return string.Empty;
        }
    }

    private Task UntilNoChildAsync(string phase) =>
        UntilAsync(() => Children().Count == 0, phase, "no process of it is left", () => string.Join('\n', Children()));

    private static async Task UntilAsync(
        Func<bool> condition, string phase, string expected, Func<string>? actual = null)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"phase: {phase}; expected: {expected}; actual: {actual?.Invoke() ?? "not yet"}");
            }

            await Task.Delay(50);
        }
    }
}
