using Etcd.Ports.Engine;

namespace Etcd.Storage.Bbolt;

/// <summary>Names of the engine's buckets in etcd's database file.</summary>
internal static class BucketNames
{
    /// <summary>All buckets in the byte order of their names.</summary>
    public static IReadOnlyList<Bucket> InOrder { get; } =
    [
        Bucket.Alarm, Bucket.Auth, Bucket.AuthRoles, Bucket.AuthUsers, Bucket.Cluster,
        Bucket.Key, Bucket.Lease, Bucket.Members, Bucket.MembersRemoved, Bucket.Meta,
    ];

    public static ReadOnlySpan<byte> Of(Bucket bucket) => bucket switch
    {
        Bucket.Alarm => "alarm"u8,
        Bucket.Auth => "auth"u8,
        Bucket.AuthRoles => "authRoles"u8,
        Bucket.AuthUsers => "authUsers"u8,
        Bucket.Cluster => "cluster"u8,
        Bucket.Key => "key"u8,
        Bucket.Lease => "lease"u8,
        Bucket.Members => "members"u8,
        Bucket.MembersRemoved => "members_removed"u8,
        Bucket.Meta => "meta"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "no such bucket"),
    };
}
