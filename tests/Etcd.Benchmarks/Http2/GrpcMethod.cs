namespace Etcd.Benchmarks.Http2;

/// <summary>A method of etcd's API; immutable.</summary>
internal sealed class GrpcMethod
{
    public static readonly GrpcMethod Range = new(0, "/etcdserverpb.KV/Range");
    public static readonly GrpcMethod Put = new(1, "/etcdserverpb.KV/Put");
    public static readonly GrpcMethod Txn = new(2, "/etcdserverpb.KV/Txn");
    public static readonly GrpcMethod Compact = new(3, "/etcdserverpb.KV/Compact");
    public static readonly GrpcMethod Watch = new(4, "/etcdserverpb.Watch/Watch");
    public static readonly GrpcMethod LeaseGrant = new(5, "/etcdserverpb.Lease/LeaseGrant");
    public static readonly GrpcMethod LeaseKeepAlive = new(6, "/etcdserverpb.Lease/LeaseKeepAlive");
    public static readonly GrpcMethod Status = new(7, "/etcdserverpb.Maintenance/Status");
    public static readonly GrpcMethod Snapshot = new(8, "/etcdserverpb.Maintenance/Snapshot");

    /// <summary>How many there are.</summary>
    public const int Count = 9;

    private GrpcMethod(int index, string path)
    {
        Index = index;
        Path = path;
    }

    /// <summary>From 0, below <see cref="Count"/>.</summary>
    public int Index { get; }

    public string Path { get; }
}
