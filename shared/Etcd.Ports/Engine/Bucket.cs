namespace Etcd.Ports.Engine;

/// <summary>
/// The key spaces of the engine, one per bucket of etcd's database file. The value is the one-byte prefix
/// of every key of the bucket, so the order of the members is the order of etcd's bucket names.
/// </summary>
public enum Bucket : byte
{
    /// <summary>Alarms: encoded <c>AlarmMember</c> to nothing.</summary>
    Alarm = 1,

    /// <summary>Authentication switches and revision.</summary>
    Auth = 2,

    /// <summary>Role name to <c>authpb.Role</c>.</summary>
    AuthRoles = 3,

    /// <summary>User name to <c>authpb.User</c>.</summary>
    AuthUsers = 4,

    /// <summary>Cluster version and downgrade state.</summary>
    Cluster = 5,

    /// <summary>17- or 18-byte revision key to <c>mvccpb.KeyValue</c>.</summary>
    Key = 6,

    /// <summary>8-byte big-endian lease id to <c>leasepb.Lease</c>.</summary>
    Lease = 7,

    /// <summary>Lower-case hexadecimal member id to the member's JSON.</summary>
    Members = 8,

    /// <summary>Lower-case hexadecimal id of a removed member to <c>removed</c>.</summary>
    MembersRemoved = 9,

    /// <summary>Applied index and term, compaction revisions, configuration state.</summary>
    Meta = 10,
}
