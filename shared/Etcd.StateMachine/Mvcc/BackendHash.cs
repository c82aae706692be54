using System.Text;
using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The hash of <c>Maintenance.Hash</c>: CRC-32C over every bucket in name order, its name and then its rows, without
/// the applied index and term. Reads everything; stateless.
/// </summary>
public static class BackendHash
{
    private static readonly (Bucket Bucket, string Name)[] Buckets =
    [
        (Bucket.Alarm, "alarm"),
        (Bucket.Auth, "auth"),
        (Bucket.AuthRoles, "authRoles"),
        (Bucket.AuthUsers, "authUsers"),
        (Bucket.Cluster, "cluster"),
        (Bucket.Key, "key"),
        (Bucket.Lease, "lease"),
        (Bucket.Members, "members"),
        (Bucket.MembersRemoved, "members_removed"),
        (Bucket.Meta, "meta"),
    ];

    /// <summary>Computes the hash.</summary>
    /// <param name="reader">A snapshot for a consistent result.</param>
    public static uint Compute(IKvReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var crc = new Crc32C();
        foreach ((Bucket bucket, string name) in Buckets)
        {
            crc.Append(Encoding.UTF8.GetBytes(name));
            using IKvCursor cursor = reader.Scan(bucket, [], []);
            while (cursor.MoveNext())
            {
                if (bucket == Bucket.Meta && MetaKeys.IsAppliedPosition(cursor.Key))
                {
                    continue;
                }

                crc.Append(cursor.Key);
                crc.Append(cursor.Value);
            }
        }

        return crc.Value;
    }
}
