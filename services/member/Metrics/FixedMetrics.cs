using Etcd.Member.Metrics.Exposition;

namespace Etcd.Member.Metrics;

/// <summary>
/// Families that every etcd shows though nothing in a server of this kind moves them: dashboards that ask for them
/// see zeros instead of gaps.
/// </summary>
internal static class FixedMetrics
{
    /// <summary>Adds the families.</summary>
    public static void Add(MetricRegistry registry)
    {
        registry.Gauge("etcd_grpc_proxy_cache_hits_total", "Total number of cache hits");
        registry.Gauge("etcd_grpc_proxy_cache_keys_total", "Total number of keys/ranges cached");
        registry.Gauge("etcd_grpc_proxy_cache_misses_total", "Total number of cache misses");
        registry.Counter("etcd_grpc_proxy_events_coalescing_total", "Total number of events coalescing");
        registry.Gauge("etcd_grpc_proxy_watchers_coalescing_total", "Total number of current watchers coalescing");
        registry.Counter("etcd_debugging_store_expires_total", "Total number of expired keys.");
        registry.Counter(
            "etcd_debugging_store_watch_requests_total",
            "Total number of incoming watch requests (new or reestablished).");
        registry.Gauge("etcd_debugging_store_watchers", "Count of currently active watchers.");
        AddStorage(registry);
    }

    /// <summary>Parts of bbolt and of etcd's compaction that have no counterpart here.</summary>
    private static void AddStorage(MetricRegistry registry)
    {
        registry.Gauge("etcd_debugging_auth_revision", "The current revision of auth store.");
        registry.Gauge(
            "etcd_mvcc_db_open_read_transactions", "The number of currently open read transactions");
        registry.Gauge("etcd_debugging_mvcc_pending_events_total", "Total number of pending events to be sent.");
        registry.Histogram(
            "etcd_debugging_snap_save_marshalling_duration_seconds",
            "The marshalling cost distributions of save called by snapshot.",
            Buckets.Disk);
    }
}
