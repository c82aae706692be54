using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Mixed;

/// <summary>Two members of the distribution's etcd and one of ours in one cluster: the peer wire and the log agree.</summary>
public sealed class MixedClusterTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Member_of_ours_follows_and_leads_etcds_members()
    {
        await using var cluster = await Cluster.StartMixedAsync(3);
        var ours = cluster.Members[^1];
        await WriteThroughAllAsync(cluster, "followed");
        await AgreeAsync(cluster);

        await MoveLeaderAsync(cluster, ours);
        await WriteThroughAllAsync(cluster, "led");
        await AgreeAsync(cluster);
        await KeepLeaseAliveThroughAllAsync(cluster);

        await MoveLeaderAsync(cluster, cluster.Members[0]);
        await WriteThroughAllAsync(cluster, "followed again");
        await KeepLeaseAliveThroughAllAsync(cluster);
        await AgreeAsync(cluster);
    }

    [Fact]
    public async Task Whole_states_pass_both_ways()
    {
        await using var cluster = await Cluster.StartMixedAsync(
            3, "--snapshot-count=10", "--experimental-snapshot-catchup-entries=1");
        var ours = cluster.Members[^1];
        await FallBehindAsync(cluster, ours, cluster.Members[0]);
        await AgreeAsync(cluster);

        await MoveLeaderAsync(cluster, ours);
        await FallBehindAsync(cluster, cluster.Members[0], ours);
        await AgreeAsync(cluster);
    }

    [Fact]
    public async Task N18_hashes_agree_before_a_compaction_while_it_sweeps_and_afterwards()
    {
        await using var cluster = await Cluster.StartMixedAsync(
            3, "--experimental-compaction-batch-limit=10", "--experimental-compaction-sleep-interval=20ms");
        for (int i = 0; i < 400; i++)
        {
            await UntilDoneAsync(() => PutAsync(cluster.Members[i % 3], $"key-{i % 20}", $"value {i}"));
        }

        await AgreeAsync(cluster);
        var newest = await cluster.Members[0].Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("x") });
        long compacted = newest.Header.Revision - 50;
        await cluster.Members[0].Kv.CompactAsync(new CompactionRequest { Revision = compacted });
        foreach (var member in cluster.Members)
        {
            // Linearizable: from here on each has the compaction, though none has swept all of it.
            await member.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("x") });
        }

        for (int round = 0; round < 10; round++)
        {
            await AgreeAsync(cluster);
        }

        foreach (var member in cluster.Members)
        {
            await member.Kv.CompactAsync(new CompactionRequest { Revision = ++compacted, Physical = true });
            await AgreeAsync(cluster);
        }
    }

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(0, 1, 2)]
    [InlineData(1, 2, 0)]
    public async Task S23_members_start_in_any_order_and_the_last_one_late(params int[] order)
    {
        await using var cluster = Cluster.CreateMixed(3);
        foreach (int number in order[..2])
        {
            cluster.Members[number].Launch();
            // Alone it cannot become healthy; the line shows that it tries.
            await cluster.Members[number].Process.UntilLogsAsync("now serving peer/client/metrics");
        }

        await Task.WhenAll(order[..2].Select(number => cluster.Members[number].UntilHealthyAsync()));
        for (int i = 0; i < 50; i++)
        {
            await UntilDoneAsync(() => PutAsync(cluster.Members[order[i % 2]], $"early-{i}", $"{i}"));
        }

        cluster.Members[order[2]].Launch();
        await cluster.Members[order[2]].UntilHealthyAsync();
        await WriteThroughAllAsync(cluster, "complete");
        await AgreeAsync(cluster);
    }

    /// <summary>A member misses more entries than the others keep, and comes back.</summary>
    private static async Task FallBehindAsync(Cluster cluster, Cluster.Member late, Cluster.Member through)
    {
        await late.Process.KillAsync();
        for (int i = 0; i < 300; i++)
        {
            await UntilDoneAsync(() => PutAsync(through, $"late-{i}", $"value {i}"));
        }

        await cluster.StartAllAsync();
        await late.Process.UntilLogsAsync("applied snapshot");
    }

    private static async Task WriteThroughAllAsync(Cluster cluster, string value)
    {
        foreach (var member in cluster.Members)
        {
            await UntilDoneAsync(() => PutAsync(member, $"key-{member.Name}", value));
        }

        foreach (var member in cluster.Members)
        {
            foreach (var writer in cluster.Members)
            {
                var read = await member.Kv.RangeAsync(
                    new RangeRequest { Key = ByteString.CopyFromUtf8($"key-{writer.Name}") },
                    deadline: DateTime.UtcNow + Limit);
                Assert.Equal(value, read.Kvs[0].Value.ToStringUtf8());
            }
        }
    }

    private static async Task KeepLeaseAliveThroughAllAsync(Cluster cluster)
    {
        var lease = await cluster.Members[1].Lease.LeaseGrantAsync(
            new LeaseGrantRequest { TTL = 60 }, deadline: DateTime.UtcNow + Limit);
        foreach (var member in cluster.Members)
        {
            using var stream = member.Lease.LeaseKeepAlive(deadline: DateTime.UtcNow + Limit);
            await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = lease.ID });
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(60, stream.ResponseStream.Current.TTL);

            var left = await member.Lease.LeaseTimeToLiveAsync(
                new LeaseTimeToLiveRequest { ID = lease.ID }, deadline: DateTime.UtcNow + Limit);
            Assert.InRange(left.TTL, 50, 60);
        }
    }

    private static async Task MoveLeaderAsync(Cluster cluster, Cluster.Member target)
    {
        var id = (await target.Maintenance.StatusAsync(new StatusRequest())).Header.MemberId;
        var leader = await cluster.LeaderAsync(Limit);
        await leader.Maintenance.MoveLeaderAsync(
            new MoveLeaderRequest { TargetID = id }, deadline: DateTime.UtcNow + Limit);
        Assert.Same(target, await cluster.LeaderAsync(Limit));
    }

    /// <summary>All members hold the same history once they have applied it.</summary>
    private static async Task AgreeAsync(Cluster cluster)
    {
        var newest = await cluster.Members[0].Kv.RangeAsync(
            new RangeRequest { Key = ByteString.CopyFromUtf8("x") }, deadline: DateTime.UtcNow + Limit);
        var request = new HashKVRequest { Revision = newest.Header.Revision };
        var hashes = new List<uint>();
        foreach (var member in cluster.Members)
        {
            await UntilDoneAsync(async () =>
                hashes.Add((await member.Maintenance.HashKVAsync(request, deadline: DateTime.UtcNow + Limit)).Hash));
        }

        Assert.Single(hashes.Distinct());
    }

    private static async Task PutAsync(Cluster.Member member, string key, string value) => await member.Kv.PutAsync(
        new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) },
        deadline: DateTime.UtcNow + Limit);

    /// <summary>Repeats what a change of leader, or a member that still catches up, may interrupt.</summary>
    private static async Task UntilDoneAsync(Func<Task> call)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (RpcException error) when (
                error.StatusCode is StatusCode.Unavailable or StatusCode.OutOfRange && !timeout.IsCancellationRequested)
            {
                await Task.Delay(20);
            }
        }
    }
}
