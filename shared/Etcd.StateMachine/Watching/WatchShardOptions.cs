namespace Etcd.StateMachine.Watching;

/// <summary>Settings of a watch shard. Each limit says why it is what it is.</summary>
public sealed record WatchShardOptions
{
    /// <summary>Cluster id in response headers.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>Member id in response headers.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>
    /// Bytes that a stream may have in flight before its watches wait, while the shard has plenty. 4 MiB keep a fast
    /// client busy over a long network. The response that crosses the limit is still sent, so any size gets through.
    /// </summary>
    public long StreamCreditBytes { get; init; } = 4L * 1024 * 1024;

    /// <summary>
    /// Bytes that all streams together may have in flight: what stuck clients can make the shard hold, whose events
    /// are objects of one and a half times as many. Streams share what is left of it (<see cref="InFlightBudget"/>).
    /// </summary>
    public long InFlightBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Bytes that a stream may have in flight however much the others hold, so that those that read are
    /// served: some hundred usual events.</summary>
    public long ReservedBytes { get; init; } = 64 * 1024;

    /// <summary>Revisions kept for watches that fell behind a little: several seconds of writes.</summary>
    public int RecentRevisions { get; init; } = 4096;

    /// <summary>Bytes of events kept for them, as many times as there are shards.</summary>
    public long RecentBytes { get; init; } = 8L * 1024 * 1024;

    /// <summary>Revisions in one catch-up response (etcd's <c>watchBatchMaxRevs</c>).</summary>
    public int CatchUpRevisions { get; init; } = 1000;

    /// <summary>
    /// Bytes after which a catch-up response ends, at the revision that reaches it: below the 4 MiB that clients
    /// of many languages accept by default. When streams may have less in flight, less, but not below
    /// <see cref="ReservedBytes"/>.
    /// </summary>
    public long CatchUpBytes { get; init; } = 1024 * 1024;

    /// <summary>Watches that share one catch-up read (etcd's <c>maxWatchersPerSync</c>).</summary>
    public int CatchUpWatchers { get; init; } = 512;

    /// <summary>Size from which a response to a watch with <c>fragment</c> is cut: the default of
    /// <c>--max-request-bytes</c> plus gRPC's overhead of 512 KiB.</summary>
    public int FragmentBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Time between the progress notifications of idle watches, before up to a tenth of jitter.</summary>
    public long ProgressIntervalMilliseconds { get; init; } = 10 * 60 * 1000;
}
