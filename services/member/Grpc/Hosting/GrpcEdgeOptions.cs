namespace Etcd.Member.Grpc;

/// <summary>Settings of the gRPC edge, each from the flag named. Immutable.</summary>
internal sealed record GrpcEdgeOptions
{
    /// <summary>gRPC's own allowance beside the request: what a message may have more than a proposal.</summary>
    private const int GrpcOverheadBytes = 512 * 1024;

    /// <summary>Version that Status answers.</summary>
    public string ServerVersion { get; init; } = "3.5.30";

    /// <summary><c>--max-txn-ops</c>.</summary>
    public int MaxTxnOps { get; init; } = 128;

    /// <summary><c>--max-request-bytes</c>: the largest proposal.</summary>
    public int MaxRequestBytes { get; init; } = 1_572_864;

    /// <summary>Bytes of the engine above which puts are refused; 0 or less for no quota.</summary>
    public long QuotaBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>5 s + 2 × election timeout: how long a request may wait for others.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary><c>--election-timeout</c>.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>--experimental-warning-unary-request-duration</c>: slower calls are logged.</summary>
    public TimeSpan SlowRequest { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary><c>--experimental-warning-apply-duration</c>: slower reads are logged.</summary>
    public TimeSpan SlowRead { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary><c>--experimental-stop-grpc-service-on-defrag</c>.</summary>
    public bool NotServingWhileDefragmenting { get; init; }

    /// <summary>The largest message that is read from a client.</summary>
    public int MaxReceiveBytes => MaxRequestBytes + GrpcOverheadBytes;
}
