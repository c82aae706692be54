using System.Net;
using System.Net.Sockets;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>Listeners whose behaviour hangs on flags or on the state of the cluster, beside etcd's.</summary>
public sealed class ListenerTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Ready = "ready to serve client requests";

    private readonly Servers _servers = new();

    [Fact]
    public async Task H03_member_without_leader_is_unhealthy_but_reads_its_own_state()
    {
        string[] told = await Task.WhenAll(
            WithoutLeaderAsync(Cluster.StartReferenceAsync(2)), WithoutLeaderAsync(Cluster.StartOursAsync(2)));
        Assert.True(told[0] == told[1], $"--- etcd\n{told[0]}\n--- ours\n{told[1]}");
    }

    [Fact]
    public async Task H05_learner_is_alive_but_not_ready()
    {
        string folder = _servers.NewFolder();
        var place = Servers.PlaceIn(folder);
        string program = Servers.Both[1].Program;
        var voter = _servers.Start(program, folder, [.. place.Flags, "--strict-reconfig-check=false"]);
        await voter.UntilLogsAsync(Ready);
        string learnerFolder = _servers.NewFolder();
        var learnerPlace = Servers.PlaceIn(learnerFolder);
        using var channel = Channels.To(place.ClientUrl);
        await new Etcdserverpb.Cluster.ClusterClient(channel).MemberAddAsync(
            new MemberAddRequest { IsLearner = true, PeerURLs = { learnerPlace.PeerUrl } });
        var learner = _servers.Start(program, learnerFolder,
        [
            .. learnerPlace.Flags, "--name=m2", $"--initial-cluster=m1={place.PeerUrl},m2={learnerPlace.PeerUrl}",
            "--initial-cluster-state=existing",
        ]);
        await learner.UntilLogsAsync(Ready);

        Assert.Contains("200\n", await HttpAnswer.OfAsync($"{learnerPlace.ClientUrl}/livez"), StringComparison.Ordinal);
        string ready = await HttpAnswer.OfAsync($"{learnerPlace.ClientUrl}/readyz?exclude=linearizable_read");
        Assert.StartsWith("503\n", ready, StringComparison.Ordinal);
        Assert.Contains("[-]non_learner failed: not supported for learner\n", ready, StringComparison.Ordinal);
        Assert.Contains("[+]serializable_read ok\n", ready, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Burst_of_connections_waits_for_a_member_that_is_slow_to_accept()
    {
        const int Connections = 900;
        foreach (var (name, program) in Servers.Both)
        {
            var place = Servers.PlaceIn(_servers.NewFolder());
            var process = _servers.Start(program, place.Folder, place.Flags);
            await process.UntilLogsAsync(Ready);
            var server = new Uri(place.ClientUrl);
            await process.PauseAsync();
            var clients = new List<Socket>();
            try
            {
                for (int i = 0; i < Connections; i++)
                {
                    var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    clients.Add(client);
                    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                    await client.ConnectAsync(server.Host, server.Port, limit.Token);
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{name} lets {clients.Count - 1} wait");
            }
            finally
            {
                process.Resume();
                clients.ForEach(client => client.Dispose());
            }
        }
    }

    [Fact]
    public async Task H19_origins_are_those_of_the_flag()
    {
        string[] told = await _servers.BothAsync(async (program, place) =>
        {
            await StartAsync(program, place, "--cors=http://good.example:80,http://fine.example:1234");
            var answers = new List<string>();
            foreach (string origin in (string[])["http://good.example:80", "http://fine.example:1234", "http://bad.example:80"])
            {
                foreach (string method in (string[])["GET", "OPTIONS"])
                {
                    answers.Add(await HttpAnswer.OfAsync($"{place.ClientUrl}/health", method, null, ("Origin", origin)));
                }
            }

            return string.Join('\n', answers);
        });
        Assert.True(told[0] == told[1], $"--- etcd\n{told[0]}\n--- ours\n{told[1]}");
    }

    [Fact]
    public async Task H20_other_host_names_are_misdirected()
    {
        string[] told = await _servers.BothAsync(async (program, place) =>
        {
            await StartAsync(program, place, "--host-whitelist=allowed.example,127.0.0.1");
            var answers = new List<string>();
            foreach (string host in (string[])["allowed.example", "allowed.example:99", "evil.example", "127.0.0.1"])
            {
                string answer = await HttpAnswer.OfAsync($"{place.ClientUrl}/version", "POST", null, ("Host", host));
                // How to go on, each server tells in words of its own.
                answers.Add(answer.StartsWith("421\n", StringComparison.Ordinal) ? string.Join('\n', answer.Split('\n')[..2]) : answer);
            }

            return string.Join('\n', answers);
        });
        Assert.True(told[0] == told[1], $"--- etcd\n{told[0]}\n--- ours\n{told[1]}");
        Assert.Contains("421", told[1], StringComparison.Ordinal);
    }

    [Fact]
    public Task H21_http_on_a_listener_of_its_own_leaves_grpc_alone_on_the_other() => _servers.BothAsync(async (program, place) =>
    {
        await StartAsync(program, place, $"--listen-client-http-urls={place.OtherUrl}");
        using var channel = Channels.To(place.ClientUrl);
        var put = await new KV.KVClient(channel).PutAsync(Tables.Requests.Put("over", "grpc"));
        Assert.Equal(2, put.Header.Revision);

        Assert.StartsWith("200\n", await HttpAnswer.OfAsync($"{place.OtherUrl}/health"), StringComparison.Ordinal);
        string read = await HttpAnswer.OfAsync($"{place.OtherUrl}/v3/kv/range", "POST", """{"key":"b3Zlcg=="}""");
        Assert.Contains("\"value\":\"Z3JwYw==\"", read, StringComparison.Ordinal);
        Assert.True(await IsRefusedAsync($"{place.ClientUrl}/health"));
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () =>
        {
            using var other = Channels.To(place.OtherUrl);
            await new KV.KVClient(other).PutAsync(Tables.Requests.Put("over", "http"), deadline: DateTime.UtcNow.AddSeconds(20));
        });
    });

    [Fact]
    public async Task H23_profiles_are_served_when_they_are_switched_on()
    {
        string[] told = await _servers.BothAsync(async (program, place) =>
        {
            await StartAsync(program, place, "--enable-pprof");
            string index = await HttpAnswer.OfAsync($"{place.ClientUrl}/debug/pprof/");
            string command = await HttpAnswer.OfAsync($"{place.ClientUrl}/debug/pprof/cmdline");
            Assert.StartsWith("200\n", index, StringComparison.Ordinal);
            Assert.Contains("--enable-pprof", command, StringComparison.Ordinal);
            return await HttpAnswer.OfAsync($"{place.ClientUrl}/debug/pprof/nothing");
        });
        Assert.Equal(told[0], told[1]);
    }

    [Fact]
    public async Task H23_profile_is_a_trace_of_the_runtime()
    {
        var place = Servers.PlaceIn(_servers.NewFolder());
        await StartAsync(Built.Member, place, "--enable-pprof");
        using var client = new HttpClient();

        byte[] profile = await client.GetByteArrayAsync($"{place.ClientUrl}/debug/pprof/profile?seconds=1");

        Assert.Equal("Nettrace"u8.ToArray(), profile[..8]);
        Assert.True(profile.AsSpan().IndexOf(System.Text.Encoding.Unicode.GetBytes("Etcd.Node")) > 0, "no method of ours");
        using var again = await client.GetAsync($"{place.ClientUrl}/debug/pprof/profile?seconds=1");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    /// <summary>What the rest of a cluster of two tells once it has noticed that it is alone.</summary>
    private static async Task<string> WithoutLeaderAsync(Task<Cluster> starting)
    {
        await using var cluster = await starting;
        var left = cluster.Members[0];
        await cluster.Members[1].Process.KillAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string health;
        do
        {
            timeout.Token.ThrowIfCancellationRequested();
            health = await HttpAnswer.OfAsync($"{left.ClientUrl}/health");
        }
        while (!health.Contains("RAFT NO LEADER", StringComparison.Ordinal));
        string[] others =
        [
            await HttpAnswer.OfAsync($"{left.ClientUrl}/health?serializable=true"),
            await HttpAnswer.OfAsync($"{left.ClientUrl}/livez"),
            await HttpAnswer.OfAsync($"{left.ClientUrl}/readyz/serializable_read"),
        ];
        return $"{health}\n{string.Join('\n', others)}";
    }

    /// <summary>Whether a server that speaks HTTP/2 alone refuses HTTP/1.1, by closing or by saying so.</summary>
    private static async Task<bool> IsRefusedAsync(string url)
    {
        try
        {
            return (await HttpAnswer.OfAsync(url)).StartsWith("400\n", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private async Task StartAsync(string program, Servers.Place place, params string[] more)
    {
        var process = _servers.Start(program, place.Folder, [.. place.Flags, .. more]);
        await process.UntilLogsAsync(Ready);
    }
}
