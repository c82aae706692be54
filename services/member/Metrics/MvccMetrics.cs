using Etcd.Member.Host;
using Etcd.Member.Metrics.Exposition;
using Etcd.Node;
using Etcd.StateMachine.Mvcc;

namespace Etcd.Member.Metrics;

/// <summary>Series of keys, watches and leases (metrics.md §3). Thread-safe.</summary>
internal sealed class MvccMetrics
{
    private readonly Counter _puts;
    private readonly Counter _deletes;
    private readonly Counter _transactions;
    private readonly Counter _granted;
    private readonly Counter _revoked;

    /// <summary>Adds the families.</summary>
    public MvccMetrics(MetricRegistry registry, RunningMember member)
    {
        Ranges = registry.Counter("etcd_mvcc_range_total", "Total number of ranges seen by this member.");
        _puts = registry.Counter("etcd_mvcc_put_total", "Total number of puts seen by this member.");
        _deletes = registry.Counter("etcd_mvcc_delete_total", "Total number of deletes seen by this member.");
        _transactions = registry.Counter("etcd_mvcc_txn_total", "Total number of txns seen by this member.");
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
        Node("counter", "etcd_debugging_mvcc_range_total", "Total number of ranges seen by this member.",
            _ => Ranges.Value);
        LeaseTtl = registry.Histogram(
            "etcd_debugging_lease_ttl_total", "Bucketed histogram of lease TTLs.", Buckets.LeaseTtl);
        Hash = registry.Histogram(
            "etcd_mvcc_hash_duration_seconds",
            "The latency distribution of storage hash operation.",
            Buckets.Hash);
        HashRevision = registry.Histogram(
            "etcd_mvcc_hash_rev_duration_seconds",
            "The latency distribution of storage hash by revision operation.",
            Buckets.Hash);
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

    /// <summary>Ranges served.</summary>
    public Counter Ranges { get; }

    /// <summary>Granted times to live.</summary>
    public Histogram LeaseTtl { get; }

    /// <summary>Seconds of Hash.</summary>
    public Histogram Hash { get; }

    /// <summary>Seconds of HashKV.</summary>
    public Histogram HashRevision { get; }

    /// <summary>Counts an applied request by its operation name.</summary>
    public void CountApply(string operation, bool succeeded)
    {
        if (!succeeded)
        {
            return;
        }

        switch (operation)
        {
            case "Put": _puts.Increment(); break;
            case "DeleteRange": _deletes.Increment(); break;
            case "Txn": _transactions.Increment(); break;
            case "LeaseGrant": _granted.Increment(); break;
            case "LeaseRevoke": _revoked.Increment(); break;
            default: break;
        }
    }
}
