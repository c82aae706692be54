using Etcd.Member.Host;
using Etcd.Member.Metrics.Exposition;
using Etcd.Node;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Member.Metrics;

/// <summary>Series of keys, watches and leases (metrics.md §3). Thread-safe.</summary>
internal sealed class MvccMetrics
{
    private readonly TimeProvider _time;
    private readonly Counter _granted;
    private readonly Counter _revoked;
    private readonly Histogram _leaseTtl;
    private readonly Histogram _indexPause;
    private readonly Histogram _rowsPause;
    private readonly Histogram _compaction;
    private readonly Counter _compactedAt;

    /// <summary>Adds the families.</summary>
    public MvccMetrics(MetricRegistry registry, RunningMember member, TimeProvider time)
    {
        _time = time;
        Node("counter", "etcd_mvcc_range_total", "Total number of ranges seen by this member.",
            node => node.Operations.Ranges);
        Node("counter", "etcd_debugging_mvcc_range_total", "Total number of ranges seen by this member.",
            node => node.Operations.Ranges);
        Node("counter", "etcd_mvcc_put_total", "Total number of puts seen by this member.",
            node => node.Operations.Puts);
        Node("counter", "etcd_mvcc_delete_total", "Total number of deletes seen by this member.",
            node => node.Operations.Deletes);
        Node("counter", "etcd_mvcc_txn_total", "Total number of txns seen by this member.",
            node => node.Operations.Transactions);
        Node("gauge", "etcd_debugging_mvcc_total_put_size_in_bytes",
            "The total size of put kv pairs seen by this member.", node => node.Operations.PutBytes);
        Node("counter", "etcd_debugging_mvcc_db_compaction_keys_total", "Total number of db keys compacted.",
            node => node.Operations.SweptRows);
        _granted = registry.Counter("etcd_debugging_lease_granted_total", "The total number of granted leases.");
        _revoked = registry.Counter("etcd_debugging_lease_revoked_total", "The total number of revoked leases.");
        Node("counter", "etcd_debugging_lease_renewed_total", "The number of renewed leases seen by the leader.",
            node => node.Metrics.LeasesRenewed);
        Node("gauge", "etcd_debugging_mvcc_watcher_total", "Total number of watchers.",
            node => node.WatchCounts.Watchers);
        Node("gauge", "etcd_debugging_mvcc_slow_watcher_total", "Total number of unsynced slow watchers.",
            node => node.WatchCounts.SlowWatchers);
        Node("counter", "etcd_debugging_mvcc_events_total", "Total number of events sent by this member.",
            node => node.WatchCounts.SentEvents);
        _leaseTtl = registry.Histogram(
            "etcd_debugging_lease_ttl_total", "Bucketed histogram of lease TTLs.", Buckets.LeaseTtl);
        Hash = registry.Histogram(
            "etcd_mvcc_hash_duration_seconds",
            "The latency distribution of storage hash operation.",
            Buckets.Hash);
        HashRevision = registry.Histogram(
            "etcd_mvcc_hash_rev_duration_seconds",
            "The latency distribution of storage hash by revision operation.",
            Buckets.Hash);
        _indexPause = registry.Histogram(
            "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
            "Bucketed histogram of index compaction pause duration.",
            Buckets.IndexPause);
        _rowsPause = registry.Histogram(
            "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
            "Bucketed histogram of db compaction pause duration.",
            Buckets.CompactionPause);
        _compaction = registry.Histogram(
            "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
            "Bucketed histogram of db compaction total duration.",
            Buckets.CompactionTotal);
        _compactedAt = registry.Gauge(
            "etcd_debugging_mvcc_db_compaction_last", "The unix time of the last db compaction. Resets to 0 on start.");
        View("etcd_debugging_mvcc_keys_total", "Total number of keys.", view => view.KeyCount);
        View("etcd_debugging_mvcc_current_revision", "The current revision of store.", view => view.Revision);
        View("etcd_debugging_mvcc_compact_revision", "The revision of the last compaction in store.",
            view => view.CompactRevision);
        registry.GaugeFrom(
            "etcd_debugging_mvcc_watch_stream_total",
            "Total number of watch streams.",
            () => member.IsStarted ? member.Node.Metrics.WatchStreams : 0);

        void Node(string type, string name, string help, Func<MemberNode, double> read)
        {
            double Read() => member.IsStarted ? read(member.Node) : 0;
            if (type == "gauge")
            {
                registry.GaugeFrom(name, help, Read);
            }
            else
            {
                registry.CounterFrom(name, help, Read);
            }
        }

        void View(string name, string help, Func<MvccView, double> read) =>
            registry.GaugeFrom(name, help, () => member.IsStarted ? read(member.Node.View) : 0);
    }

    /// <summary>Seconds of Hash.</summary>
    public Histogram Hash { get; }

    /// <summary>Seconds of HashKV.</summary>
    public Histogram HashRevision { get; }

    /// <summary>Counts leases that an applied request granted or revoked.</summary>
    public void ObserveApply(in ApplyResult result)
    {
        if (result.Response is LeaseGrantResponse grant)
        {
            _granted.Increment();
            _leaseTtl.Observe(grant.TTL);
        }
        else if (result.Response is LeaseRevokeResponse)
        {
            _revoked.Increment();
        }
    }

    /// <summary>Observes a step of a compaction.</summary>
    public void ObserveCompactionStep(bool isIndexStep, TimeSpan took) =>
        (isIndexStep ? _indexPause : _rowsPause).Observe(took.TotalMilliseconds);

    /// <summary>Observes a whole compaction.</summary>
    public void ObserveCompaction(TimeSpan took)
    {
        _compaction.Observe(took.TotalMilliseconds);
        _compactedAt.Set(_time.GetUtcNow().ToUnixTimeSeconds());
    }
}
