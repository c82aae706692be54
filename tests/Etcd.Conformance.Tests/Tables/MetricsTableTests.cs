using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>The series, item by item: names, types, labels and buckets are etcd's, and what is counted is too.</summary>
public sealed class MetricsTableTests(MetricsPair metrics) : IClassFixture<MetricsPair>
{
    private const string WatchStarted =
        "grpc_server_started_total{grpc_method=\"Watch\",grpc_service=\"etcdserverpb.Watch\",grpc_type=\"bidi_stream\"}";

    private readonly Pair _pair = metrics.Pair;

    private Member[] Both => [_pair.ReferenceMember, _pair.OurMember];

    [Fact]
    public void Q01_families_and_series_are_etcds()
    {
        var (expected, actual) = (metrics.ReferenceAtStart, metrics.OursAtStart);
        var types = expected.Types.Where(type => !IsLeftOut(type.Key)).ToDictionary();
        Assert.Equal(types, actual.Types.Where(type => types.ContainsKey(type.Key)).ToDictionary());
        Assert.Empty(expected.Shapes().Where(series => !IsLeftOut(series)).Except(actual.Shapes()));

        // A method of the health service that came later.
        var more = actual.Shapes().Except(expected.Shapes());
        Assert.DoesNotContain(more, series => !series.Contains("grpc_method=\"List\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Q02_every_method_has_every_code_at_0()
    {
        // Releases before 3.5.30 lack the newest method of the health service.
        bool isOlder = !metrics.ReferenceAtStart.Series.Keys.Any(
            static series => series.Contains("grpc_method=\"List\"", StringComparison.Ordinal));
        foreach (var (scrape, methods) in
            ((Scrape, int)[])[(metrics.ReferenceAtStart, isOlder ? 43 : 44), (metrics.OursAtStart, 44)])
        {
            var handled = scrape.Series
                .Where(series => series.Key.StartsWith("grpc_server_handled_total{", StringComparison.Ordinal)).ToList();
            Assert.Equal(methods * 17, handled.Count);
            Assert.All(handled, series => Assert.Equal(0, series.Value));
        }
    }

    [Fact]
    public async Task Q03_durations_of_calls_are_measured_on_demand_only()
    {
        const string Family = "grpc_server_handling_seconds";
        Assert.Equal("histogram", metrics.ReferenceAtStart.Types[Family]);
        Assert.Equal("histogram", metrics.OursAtStart.Types[Family]);
        await using var basic = await Pair.StartAsync();
        Assert.False((await Scrape.OfAsync(basic.ReferenceMember)).Types.ContainsKey(Family));
        Assert.False((await Scrape.OfAsync(basic.OurMember)).Types.ContainsKey(Family));
    }

    [Fact]
    public async Task Q06_sizes_are_those_of_the_status()
    {
        await _pair.PutAsync("Q06", "v");
        foreach (var member in Both)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (true)
            {
                // Between the two questions the background may change the size; it comes to rest.
                var status = await member.Maintenance.StatusAsync(new StatusRequest());
                var scrape = await Scrape.OfAsync(member);
                if (status.DbSize == (long)scrape["etcd_mvcc_db_total_size_in_bytes"]
                    && status.DbSizeInUse == (long)scrape["etcd_mvcc_db_total_size_in_use_in_bytes"])
                {
                    Assert.Equal(2147483648, scrape["etcd_server_quota_backend_bytes"]);
                    break;
                }

                Assert.False(limit.IsCancellationRequested, $"{member.Name}: {status} but the series differ");
                await Task.Delay(150, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task Q07_log_syncs_and_commits_are_counted()
    {
        foreach (var member in Both)
        {
            var before = await Scrape.OfAsync(member);
            for (int put = 0; put < 10; put++)
            {
                // Each waits for the one before, so each has a sync of its own.
                await member.Kv.PutAsync(Put("Q07", $"{put}"));
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            Scrape after;
            do
            {
                // etcd commits by the clock.
                Assert.False(limit.IsCancellationRequested, "phase: commit; expected: one; actual: none");
                after = await Scrape.OfAsync(member);
            }
            while (Grown(before, after, "etcd_disk_backend_commit_duration_seconds_count") < 1);
            Assert.InRange(Grown(before, after, "etcd_disk_wal_fsync_duration_seconds_count"), 10, 1000);
            Assert.InRange(Grown(before, after, "etcd_disk_wal_write_bytes_total"), 10, 1_000_000);
        }
    }

    [Fact]
    public async Task Q08_client_bytes_grow_with_the_payload()
    {
        var value = ByteString.CopyFrom(new byte[10_000]);
        var grown = new List<double>();
        foreach (var member in Both)
        {
            var before = await Scrape.OfAsync(member);
            await member.Kv.PutAsync(new PutRequest { Key = Bytes("Q08"), Value = value });
            await member.Kv.RangeAsync(Range("Q08"));
            var after = await Scrape.OfAsync(member);
            grown.Add(Grown(before, after, "etcd_network_client_grpc_received_bytes_total"));
            Assert.InRange(Grown(before, after, "etcd_network_client_grpc_sent_bytes_total"), 10_000, 10_200);
        }

        Assert.Equal(grown[0], grown[1]);
    }

    [Fact]
    public async Task Q09_open_watches_are_started_ones_less_handled_ones()
    {
        foreach (var member in Both)
        {
            double before = await OpenWatchesAsync(member);
            using (var watch = member.Watch.Watch())
            {
                await watch.RequestStream.WriteAsync(Watch("Q09"));
                Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
                Assert.Equal(before + 1, await OpenWatchesAsync(member));
                var open = await Scrape.OfAsync(member);
                Assert.InRange(open["etcd_debugging_mvcc_watch_stream_total"], 1, 100);
                Assert.InRange(open["etcd_debugging_mvcc_watcher_total"], 1, 100);
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await OpenWatchesAsync(member) > before)
            {
                Assert.False(limit.IsCancellationRequested, "phase: end of a watch; expected: handled; actual: open");
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task Q09_streams_that_clients_leave_are_cancelled()
    {
        const int Streams = 20;
        foreach (var member in Both)
        {
            var before = await Scrape.OfAsync(member);
            for (int stream = 0; stream < Streams; stream++)
            {
                using var watch = member.Watch.Watch();
                await watch.RequestStream.WriteAsync(Watch("Q09"));
                Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
                using var renewals = member.Lease.LeaseKeepAlive();
                await renewals.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = 9 });
                Assert.True(await renewals.ResponseStream.MoveNext(CancellationToken.None));
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            Scrape after;
            do
            {
                Assert.False(limit.IsCancellationRequested, "phase: end of streams; expected: handled; actual: open");
                after = await Scrape.OfAsync(member);
            }
            while (EndsOf("Watch", before, after).Values.Sum() < Streams
                || EndsOf("LeaseKeepAlive", before, after).Values.Sum() < Streams);
            Assert.Equal(new() { ["Canceled"] = Streams }, EndsOf("Watch", before, after));
            if (member == _pair.OurMember)
            {
                // etcd up to 3.6 takes it for the loss of the leader, unless it sees the end of the requests first.
                Assert.Equal(new() { ["Canceled"] = Streams }, EndsOf("LeaseKeepAlive", before, after));
            }

            Assert.DoesNotContain(
                after.Series.Keys,
                static series => series.StartsWith("etcd_network_server_stream_failures", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Operations_count_as_in_etcd()
    {
        Scrape[] before = [await Scrape.OfAsync(_pair.ReferenceMember), await Scrape.OfAsync(_pair.OurMember)];
        foreach (var request in Workload())
        {
            await _pair.SameAsync(request);
        }

        await _pair.SameAsync(new CompactionRequest { Revision = _pair.Revision, Physical = true });
        await _pair.SameAsync(new HashKVRequest());
        await _pair.SameAsync(new DefragmentRequest());
        foreach (var member in Both)
        {
            await member.Maintenance.HashAsync(new HashRequest());
            using var snapshot = member.Maintenance.Snapshot(new SnapshotRequest());
            while (await snapshot.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        }

        Scrape[] after = [await Scrape.OfAsync(_pair.ReferenceMember), await Scrape.OfAsync(_pair.OurMember)];
        foreach (string series in Counted)
        {
            double expected = Grown(before[0], after[0], series);
            Assert.True(expected > 0, $"{series} did not move in etcd");
            Assert.True(
                expected == Grown(before[1], after[1], series),
                $"{series}: etcd {before[0][series]} to {after[0][series]}, " +
                $"ours {before[1][series]} to {after[1][series]}");
        }

        foreach (string series in Levels)
        {
            Assert.True(
                after[0][series] == after[1][series], $"{series}: etcd {after[0][series]}, ours {after[1][series]}");
        }
    }

    private static readonly string[] Counted =
    [
        "etcd_mvcc_range_total", "etcd_debugging_mvcc_range_total", "etcd_mvcc_put_total", "etcd_mvcc_delete_total",
        "etcd_mvcc_txn_total", "etcd_debugging_mvcc_total_put_size_in_bytes", "etcd_debugging_lease_granted_total",
        "etcd_debugging_lease_revoked_total", "etcd_debugging_lease_renewed_total",
        "etcd_debugging_lease_ttl_total_count", "etcd_debugging_lease_ttl_total_sum",
        "etcd_debugging_lease_ttl_total_bucket{le=\"128\"}", "etcd_debugging_mvcc_db_compaction_keys_total",
        "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count",
        "etcd_mvcc_hash_rev_duration_seconds_count", "etcd_mvcc_hash_duration_seconds_count",
        "etcd_disk_backend_snapshot_duration_seconds_count", "etcd_disk_backend_defrag_duration_seconds_count",
        "etcd_server_proposals_committed_total",
        "etcd_server_apply_duration_seconds_count{op=\"Txn\",success=\"true\",version=\"v3\"}",
        "etcd_server_apply_duration_seconds_count{op=\"LeaseRevoke\",success=\"false\",version=\"v3\"}",
    ];

    private static readonly string[] Levels =
    [
        "etcd_debugging_mvcc_keys_total", "etcd_debugging_mvcc_current_revision",
        "etcd_debugging_mvcc_compact_revision", "etcd_server_is_leader", "etcd_server_has_leader",
        "etcd_server_is_learner", "etcd_server_leader_changes_seen_total", "etcd_server_proposals_pending",
        "etcd_server_proposals_failed_total", "etcd_disk_defrag_inflight",
    ];

    /// <summary>Of each kind of request one or two.</summary>
    private static IEnumerable<IMessage> Workload()
    {
        yield return Put("Q/a", "v");
        yield return new PutRequest { Key = Bytes("Q/a"), Value = Bytes("w"), PrevKv = true };
        yield return new PutRequest { Key = Bytes("Q/a"), IgnoreValue = true };
        yield return Range("Q/", "Q0");
        yield return new RangeRequest { Key = Bytes("Q/a"), Serializable = true };
        yield return Delete("Q/missing");
        yield return new DeleteRangeRequest { Key = Bytes("Q/a"), PrevKv = true };
        yield return Txn(Version("Q/a", 0), [Op(Put("Q/b", "v")), Op(Range("Q/b"))], []);
        yield return Txn(Version("Q/b", 7), [], [Op(Range("Q/b")), Op(Range("Q/a"))]);
        yield return Txn(Op(Put("Q/c", "v")), Op(Txn(Op(Put("Q/d", "v")), Op(Delete("Q/b")))));
        yield return Txn(Op(Put("Q/e", "v")));
        yield return Grant(909, 100);
        yield return Put("Q/l1", "v", lease: 909);
        yield return Put("Q/l2", "v", lease: 909);
        yield return new LeaseKeepAliveRequest { ID = 909 };
        yield return Revoke(909);
        yield return Revoke(909);
    }

    /// <summary>The codes of a method's calls that ended meanwhile, with their numbers.</summary>
    private static Dictionary<string, double> EndsOf(string method, Scrape before, Scrape after) => after.Series.Keys
        .Where(series => series.StartsWith("grpc_server_handled_total{", StringComparison.Ordinal)
            && series.Contains($"grpc_method=\"{method}\",grpc_service=\"etcdserverpb", StringComparison.Ordinal)
            && Grown(before, after, series) > 0)
        .ToDictionary(static series => series.Split('"')[1], series => Grown(before, after, series));

    private static double Grown(Scrape before, Scrape after, string series) => after[series] - before[series];

    private static async Task<double> OpenWatchesAsync(Member member)
    {
        var scrape = await Scrape.OfAsync(member);
        return scrape[WatchStarted]
            - scrape.Sum("grpc_server_handled_total", "grpc_service=\"etcdserverpb.Watch\"");
    }

    /// <summary>Go's runtime, and the store of the second version of the API.</summary>
    private static bool IsLeftOut(string name) =>
        name.StartsWith("go_", StringComparison.Ordinal)
        || name.StartsWith("etcd_debugging_store_reads_total", StringComparison.Ordinal)
        || name.StartsWith("etcd_debugging_store_writes_total", StringComparison.Ordinal);
}
