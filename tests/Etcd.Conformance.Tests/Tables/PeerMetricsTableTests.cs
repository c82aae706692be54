using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>The series that need three members, item by item.</summary>
public sealed class PeerMetricsTableTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What etcd's own dashboard and alert rules ask for.</summary>
    private static readonly string[] Mixin =
    [
        "etcd_server_has_leader", "etcd_server_leader_changes_seen_total", "etcd_server_proposals_failed_total",
        "etcd_server_proposals_committed_total", "etcd_server_proposals_applied_total",
        "etcd_server_proposals_pending", "etcd_server_quota_backend_bytes", "etcd_mvcc_db_total_size_in_bytes",
        "etcd_mvcc_db_total_size_in_use_in_bytes", "etcd_disk_wal_fsync_duration_seconds",
        "etcd_disk_backend_commit_duration_seconds", "etcd_network_client_grpc_received_bytes_total",
        "etcd_network_client_grpc_sent_bytes_total", "etcd_network_peer_received_bytes_total",
        "etcd_network_peer_sent_bytes_total", "etcd_network_peer_round_trip_time_seconds",
        "grpc_server_started_total", "grpc_server_handled_total", "grpc_server_handling_seconds",
        "process_resident_memory_bytes",
    ];

    [Fact]
    public async Task Q01_Q08_Q10_members_show_their_peers_as_etcds_do()
    {
        var starting = Cluster.StartReferenceAsync(3, "--metrics=extensive");
        await using var ours = await Cluster.StartOursAsync(3, "--metrics=extensive");
        await using var reference = await starting;
        foreach (var cluster in (Cluster[])[reference, ours])
        {
            // A leader's and a follower's wire carry different messages; both are in every member's series then.
            foreach (var member in cluster.Members)
            {
                await member.Kv.PutAsync(Put("Q01", "v"), deadline: DateTime.UtcNow + Limit);
            }
        }

        foreach (var member in ours.Members)
        {
            await UntilAsync(member, async scrape =>
            {
                var expected = (await Scrape.OfAsync(reference.Members[0])).Shapes();
                return string.Join('\n', expected.Where(IsOfPeers).Except(scrape.Shapes()));
            });
            await UntilAsync(member, scrape => Task.FromResult(string.Join('\n', Idle(scrape))));
            var families = (await Scrape.OfAsync(member)).Types;
            Assert.Empty(Mixin.Except(families.Keys));
        }
    }

    [Fact]
    public async Task Q04_Q05_lost_quorum_shows_in_leader_and_proposals()
    {
        await using var cluster = await Cluster.StartOursAsync(3);
        var leader = await cluster.LeaderAsync(Limit);
        var before = await Scrape.OfAsync(leader);
        for (int put = 0; put < 10; put++)
        {
            await leader.Kv.PutAsync(Put("Q05", $"{put}"));
        }

        await UntilAsync(leader, scrape => Task.FromResult(
            scrape["etcd_server_proposals_pending"] == 0 ? "" : "proposals that are not pending"));
        var after = await Scrape.OfAsync(leader);
        Assert.Equal(1, after["etcd_server_has_leader"]);
        foreach (string what in (string[])["committed", "applied"])
        {
            string series = $"etcd_server_proposals_{what}_total";
            Assert.InRange(after[series] - before[series], 10, 50);
        }

        // Each change of the leader is one more, on those that see it.
        var target = cluster.Members.First(member => member != leader);
        double changes = (await Scrape.OfAsync(target))["etcd_server_leader_changes_seen_total"];
        ulong id = (await target.Maintenance.StatusAsync(new StatusRequest())).Header.MemberId;
        await leader.Maintenance.MoveLeaderAsync(new MoveLeaderRequest { TargetID = id });
        Assert.Same(target, await cluster.LeaderAsync(Limit));
        await UntilAsync(target, scrape => Task.FromResult(
            scrape["etcd_server_leader_changes_seen_total"] > changes ? "" : "leader changes"));

        foreach (var member in cluster.Members.Where(member => member != target))
        {
            await member.Process.KillAsync();
        }

        await Assert.ThrowsAsync<RpcException>(async () =>
            await target.Kv.PutAsync(Put("Q05", "lost"), deadline: DateTime.UtcNow + Limit));
        await UntilAsync(target, scrape => Task.FromResult(
            scrape["etcd_server_has_leader"] == 0 && scrape["etcd_server_is_leader"] == 0
            && scrape["etcd_server_proposals_failed_total"] > 0 && scrape["etcd_server_proposals_pending"] == 0
                ? ""
                : "leader, or no failed proposal"));
    }

    private static async Task UntilAsync(Member member, Func<Scrape, Task<string>> missing)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            string left = await missing(await Scrape.OfAsync(member));
            if (left.Length == 0)
            {
                return;
            }

            Assert.False(limit.IsCancellationRequested, $"phase: metrics of {member.Name}; still missing: {left}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Series of failures come with the first of them, which one cluster may have and the other not.</summary>
    private static bool IsOfPeers(string series) =>
        (series.Contains("To=", StringComparison.Ordinal) || series.Contains("From=", StringComparison.Ordinal)
            || series.Contains("Remote=", StringComparison.Ordinal))
        && !series.Contains("failures", StringComparison.Ordinal)
        && !series.Contains("disconnected", StringComparison.Ordinal)
        && !series.Contains("snapshot", StringComparison.Ordinal);

    /// <summary>What should have moved for two peers and has not.</summary>
    private static IEnumerable<string> Idle(Scrape scrape) =>
        ((string[])["etcd_network_peer_sent_bytes_total", "etcd_network_peer_received_bytes_total",
            "etcd_network_active_peers", "etcd_network_peer_round_trip_time_seconds_count"])
        .Where(family => scrape.Series.Count(series =>
            series.Key.StartsWith(family + "{", StringComparison.Ordinal) && series.Value > 0) < 2);
}
