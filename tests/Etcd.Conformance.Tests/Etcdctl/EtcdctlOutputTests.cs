using System.Text.RegularExpressions;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>
/// The same etcdctl calls against a reference cluster and, through the gateway, against ours print the same,
/// ids and addresses aside.
/// </summary>
public sealed partial class EtcdctlOutputTests
{
    [Fact]
    public async Task Etcdctl_through_the_gateway_prints_what_it_prints_against_etcd()
    {
        await using var reference = await Cluster.StartReferenceAsync(3);
        await using var ours = await Cluster.StartOursAsync(3);
        var (gateway, gatewayUrl) = await GatewayProcess.StartAsync(ours);
        await using var gatewayScope = gateway;

        var expected = new Session(reference.Members[0].ClientUrl);
        var actual = new Session(gatewayUrl);
        foreach (var step in Script.Steps)
        {
            string wanted = await expected.RunAsync(step);
            string got = await actual.RunAsync(step);

            Assert.True(
                wanted == got,
                $"etcdctl {string.Join(' ', step.Arguments)}\n--- etcd\n{wanted}\n--- ours\n{got}");
        }
    }

    [Theory]
    [InlineData(new[] { "watch", "w", "--prefix", "--rev=2" }, 12)]
    [InlineData(new[] { "watch", "w", "--prefix", "--rev=2", "--prev-kv" }, 16)]
    [InlineData(new[] { "watch", "w1", "w3", "--rev=2" }, 9)]
    [InlineData(new[] { "watch", "w1", "--rev=2", "-w", "json" }, 1)]
    public async Task Watch_from_a_revision_prints_what_it_prints_against_etcd(string[] arguments, int lines)
    {
        await using var reference = await Cluster.StartReferenceAsync(1);
        await using var ours = await Cluster.StartOursAsync(1);
        var (gateway, gatewayUrl) = await GatewayProcess.StartAsync(ours);
        await using var gatewayScope = gateway;

        string wanted = await WatchAsync(reference.Endpoints, arguments, lines);
        string got = await WatchAsync(gatewayUrl, arguments, lines);

        Assert.Equal(wanted, got);
    }

    private static async Task<string> WatchAsync(string endpoints, string[] arguments, int lines)
    {
        foreach (string[] change in (string[][])[["put", "w1", "a"], ["put", "w2", "b"], ["put", "w1", "c"], ["del", "w2"]])
        {
            var run = await EtcdctlRun.RunAsync(endpoints, string.Empty, change);
            Assert.True(run.ExitCode == 0, run.Errors);
        }

        using var watch = System.Diagnostics.Process.Start(EtcdctlRun.StartInfo(endpoints, arguments))!;
        var output = new List<string>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (output.Count < lines && await watch.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            output.Add(line);
        }

        watch.Kill();
        return Mask.Output(string.Join('\n', output), sortLines: false);
    }

    /// <summary>Runs steps against one system and remembers the lease that it granted.</summary>
    private sealed partial class Session(string endpoints)
    {
        private string _lease = "none";

        public async Task<string> RunAsync(Script.Step step)
        {
            string[] arguments = [.. step.Arguments.Select(argument => argument.Replace("{lease}", _lease))];
            var run = await EtcdctlRun.RunAsync(endpoints, step.Input, arguments);
            if (GrantedLease().Match(run.Output) is { Success: true } granted)
            {
                _lease = granted.Groups[1].Value;
            }

            string errors = string.Join('\n', run.Errors.Split('\n').Where(line => line.StartsWith("Error:", StringComparison.Ordinal)));
            string text = $"exit {run.ExitCode}\n{run.Output}\n{errors}";
            return step.Kind == Script.Kind.StatusTable
                ? Mask.StatusTable(text)
                : Mask.Output(text, sortLines: step.Kind == Script.Kind.AnyOrder);
        }

        [GeneratedRegex("lease ([0-9a-f]+) granted")]
        private static partial Regex GrantedLease();
    }
}
