namespace Etcd.Node.Watching;

/// <summary>Watches of a member at one moment (metrics.md §3).</summary>
/// <param name="Watchers">Watches, <c>etcd_debugging_mvcc_watcher_total</c>.</param>
/// <param name="SlowWatchers">Those that lack revisions, <c>etcd_debugging_mvcc_slow_watcher_total</c>.</param>
/// <param name="SentEvents">Events sent since the start, <c>etcd_debugging_mvcc_events_total</c>.</param>
public readonly record struct WatchCounts(int Watchers, int SlowWatchers, long SentEvents);
