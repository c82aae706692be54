using System.Collections.Concurrent;
using System.Globalization;
using Etcd.Conformance.Tests.Harness;
using Etcd.Conformance.Tests.Tables;
using Etcdserverpb;
using Xunit.Abstractions;

namespace Etcd.Conformance.Tests.Malformed;

/// <summary>
/// Malformed requests from a seed against the client port and the peer port of a member and against the gateway: each
/// is answered with an error or its connection ends, while a healthy client sees nothing of it. A real etcd gets that
/// client's requests too, and nothing else: at the end both hold the same.
/// </summary>
/// <remarks>
/// <c>ETCD_MALFORMED_REQUESTS</c> is how many are sent, <c>ETCD_MALFORMED_SEED</c> which.
/// </remarks>
public sealed class MalformedRequestTests(Pair pair, ITestOutputHelper output) : IClassFixture<Pair>
{
    private const int Attackers = 8;
    private const long MostResidentBytes = 512L << 20;

    [Fact]
    public async Task Malformed_requests_are_refused_and_harm_nothing()
    {
        int count = Setting("ETCD_MALFORMED_REQUESTS", 1500);
        int seed = Setting("ETCD_MALFORMED_SEED", 1);
        var (gateway, gatewayUrl) = await GatewayProcess.StartAsync(pair.Ours);
        await using var gatewayScope = gateway;
        var header = (await pair.OurMember.Maintenance.StatusAsync(new StatusRequest())).Header;
        var peerAttacks = new PeerAttacks(header.ClusterId, header.MemberId);
        Target[] targets =
        [
            new(PortOf(pair.OurMember.ClientUrl), OfClient),
            new(PortOf(gatewayUrl), OfClient),
            new(PortOf(pair.OurMember.PeerUrl), random => OfPeer(random, peerAttacks)),
        ];

        using var stop = new CancellationTokenSource();
        var healthy = WorkAsync(gatewayUrl, stop.Token);
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Attackers },
            async (number, _) =>
            {
                var target = targets[number % targets.Length];
                var attack = target.Next(new Random((seed * 1_000_003) + number));
                if (await Attacker.RunAsync(attack, target.Port) is { } failure)
                {
                    failures.Enqueue($"{number} to port {number % targets.Length}: {attack.Name}: {failure}");
                }
            });
        await stop.CancelAsync();
        int rounds = await healthy;

        Assert.True(pair.OurMember.IsRunning, pair.OurMember.Process.LogTail());
        Assert.False(gateway.HasExited, gateway.LogTail());
        Assert.True(failures.IsEmpty, $"seed {seed}:\n{string.Join('\n', failures.Take(20))}");
        Assert.DoesNotContain(
            File.ReadLines(pair.OurMember.Process.LogFile),
            static line => line.StartsWith("{\"level\":\"error\"", StringComparison.Ordinal));
        Assert.True(rounds > 0, "the healthy client did nothing meanwhile");
        await pair.SameAsync(new HashKVRequest());
        foreach (var process in (ServerProcess[])[pair.OurMember.Process, gateway])
        {
            long peak = process.PeakResidentBytes();
            output.WriteLine($"{count} requests, {rounds} healthy rounds, peak {peak >> 20} MiB");
            Assert.InRange(peak, 1, MostResidentBytes);
        }
    }

    /// <summary>Writes and reads as ever, and reads its own writes through the gateway; how many rounds.</summary>
    private async Task<int> WorkAsync(string gatewayUrl, CancellationToken stop)
    {
        using var channel = Channels.To(gatewayUrl);
        var throughGateway = new KV.KVClient(channel);
        int round = 0;
        for (; !stop.IsCancellationRequested; round++)
        {
            string key = $"healthy/{round % 40}";
            await pair.PutAsync(key, $"{round}");
            await pair.GetAsync("healthy/", "healthy0");
            await pair.SameAsync(Requests.Txn(
                Requests.Version(key, 3), [Requests.Op(Requests.Delete(key))], [Requests.Op(Requests.Put(key, "x"))]));
            var read = await throughGateway.RangeAsync(
                Requests.Range("healthy/", "healthy0"),
                deadline: DateTime.UtcNow.AddSeconds(30),
                cancellationToken: CancellationToken.None);
            Assert.Equal(pair.Revision, read.Header.Revision);
        }

        return round;
    }

    private static Attack OfClient(Random random) => random.Next(4) switch
    {
        0 => TransportAttacks.Next(random),
        1 => CallAttacks.Next(random),
        2 => Http1Attacks.Next(random),
        _ => Http1Attacks.NextJson(random),
    };

    private static Attack OfPeer(Random random, PeerAttacks peerAttacks) => random.Next(4) switch
    {
        0 => TransportAttacks.Next(random),
        1 => CallAttacks.Next(random),
        _ => peerAttacks.Next(random),
    };

    private static int PortOf(string url) => new Uri(url).Port;

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;

    private sealed record Target(int Port, Func<Random, Attack> Next);
}
