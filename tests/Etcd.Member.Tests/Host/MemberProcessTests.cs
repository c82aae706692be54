using System.Net;
using System.Net.Sockets;
using Etcd.Testing;

namespace Etcd.Member.Tests.Host;

public sealed class MemberProcessTests : IDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-host-").FullName;

    private string DataDirectory => Path.Combine(_directory, "data");

    [Fact]
    public async Task Lonely_member_starts_with_etcds_lines_and_ends_by_the_signal()
    {
        await using var run = TestRun.Start(DataDirectory,
            "--listen-metrics-urls=http://127.0.0.1:" + FreePorts.Take());
        await run.ReadyAsync();
        await run.Log.SeenAsync("successfully notified init daemon").WaitAsync(TestRun.Limit);

        Assert.Equal(SigTerm, await run.StopAsync(SigTerm));
        string[] expected =
        [
            "configuring peer listeners", "configuring client listeners", "starting an etcd server",
            "opened backend db", "starting local member", "serving peer traffic", "serving metrics",
            "now serving peer/client/metrics", "ready to serve client requests",
            "serving client traffic insecurely; this is strongly discouraged!", "notifying init daemon",
            "successfully notified init daemon", "received signal; shutting down", "closing etcd server",
            "stopping serving peer traffic", "stopped serving peer traffic", "closed etcd server",
        ];
        Assert.Equal(expected, run.Log.Messages.Where(expected.Contains));
        Assert.Equal("terminated", run.Log.Field("received signal; shutting down", "signal"));
    }

    [Fact]
    public async Task Restart_keeps_the_identity_whatever_the_flags_say()
    {
        string? first;
        await using (var run = TestRun.Start(DataDirectory))
        {
            await run.ReadyAsync();
            Assert.Equal(SigInt, await run.StopAsync(SigInt));
            first = run.Log.Field("starting local member", "local-member-id");
        }

        await using (var run = TestRun.Start(
            DataDirectory, "--initial-cluster-token=other", "--initial-cluster=x=http://127.0.0.1:1"))
        {
            await run.ReadyAsync();
            await run.StopAsync(SigTerm);
            Assert.Equal(first, run.Log.Field("restarting local member", "local-member-id"));
            Assert.Contains("server has been already initialized", run.Log.Messages);
        }
    }

    [Theory]
    [InlineData(
        "couldn't find local name \"m1\" in the initial cluster configuration",
        "--initial-cluster=m2=http://127.0.0.1:1")]
    [InlineData(
        "--initial-cluster has m1=http://127.0.0.1:1 but missing from "
            + "--initial-advertise-peer-urls=http://127.0.0.1:2 "
            + "(resolved urls: \"http://127.0.0.1:2\" != \"http://127.0.0.1:1\")",
        "--initial-cluster=m1=http://127.0.0.1:1", "--initial-advertise-peer-urls=http://127.0.0.1:2")]
    [InlineData(
        "initial cluster m1=http://127.0.0.1:1,m2=http://127.0.0.1:1 has duplicate url",
        "--initial-cluster=m1=http://127.0.0.1:1,m2=http://127.0.0.1:1",
            "--initial-advertise-peer-urls=http://127.0.0.1:1")]
    [InlineData(
        "cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs",
        "--initial-cluster=m1=http://127.0.0.1:2,m2=http://127.0.0.1:1", "--initial-cluster-state=existing")]
    public async Task Configuration_that_does_not_fit_ends_with_1(string expected, params string[] flags)
    {
        await using var run = TestRun.Start(DataDirectory, flags);

        Assert.Equal(-1, await run.EndedAsync());
        Assert.Equal(expected, run.Log.Field("failed to start etcd", "error"));
        Assert.Equal(expected, run.Log.Field("discovery failed", "error"));
    }

    [Fact]
    public async Task Port_in_use_ends_with_1_before_anything_is_written()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var run = TestRun.Start(
            DataDirectory, $"--listen-client-urls=http://127.0.0.1:{port}");

        Assert.Equal(-1, await run.EndedAsync());
        Assert.Equal(
            $"listen tcp 127.0.0.1:{port}: bind: address already in use",
            run.Log.Field("failed to start etcd", "error"));
        Assert.False(Directory.Exists(DataDirectory));
    }

    [Fact]
    public async Task Signal_ends_the_wait_for_a_quorum()
    {
        var peerPort = FreePorts.Take();
        await using var run = TestRun.Start(
            DataDirectory,
            $"--listen-peer-urls=http://127.0.0.1:{peerPort}",
            $"--initial-advertise-peer-urls=http://127.0.0.1:{peerPort}",
            $"--initial-cluster=m1=http://127.0.0.1:{peerPort},m2=http://127.0.0.1:1");
        await run.Log.SeenAsync("now serving peer/client/metrics").WaitAsync(TestRun.Limit);

        Assert.Equal(SigTerm, await run.StopAsync(SigTerm));
        Assert.DoesNotContain("ready to serve client requests", run.Log.Messages);
    }

    [Fact]
    public async Task Flags_without_effect_are_named_once()
    {
        await using var run = TestRun.Start(DataDirectory, "--max-wals=7");
        await run.ReadyAsync();
        await run.StopAsync(SigTerm);

        Assert.Equal(
            "[\"max-wals\"]", run.Log.Field("flags are accepted but have no effect on this server", "flags"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
