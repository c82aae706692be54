using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Etcd.Ports.Engine;

namespace Etcd.Member.Grpc;

/// <summary>
/// The hash of the Hash RPC: CRC-32C over each bucket's name, keys and values, in order of the names; the applied
/// index and term, which differ between equal members, left out.
/// </summary>
internal static class BackendHash
{
    private static readonly (Bucket Bucket, string Name)[] Buckets =
    [
        (Bucket.Alarm, "alarm"), (Bucket.Auth, "auth"), (Bucket.AuthRoles, "authRoles"),
        (Bucket.AuthUsers, "authUsers"), (Bucket.Cluster, "cluster"), (Bucket.Key, "key"), (Bucket.Lease, "lease"),
        (Bucket.Members, "members"), (Bucket.MembersRemoved, "members_removed"), (Bucket.Meta, "meta"),
    ];

    /// <summary>Reads every row.</summary>
    public static uint Compute(IKvReader reader, CancellationToken cancellationToken)
    {
        uint crc = uint.MaxValue;
        foreach ((Bucket bucket, string name) in Buckets)
        {
            cancellationToken.ThrowIfCancellationRequested();
            crc = Append(crc, Encoding.ASCII.GetBytes(name));
            using IKvCursor cursor = reader.Scan(bucket, [], []);
            while (cursor.MoveNext())
            {
                if (bucket != Bucket.Meta || !IsLeftOut(cursor.Key))
                {
                    crc = Append(Append(crc, cursor.Key), cursor.Value);
                }
            }
        }

        return ~crc;
    }

    private static bool IsLeftOut(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("consistent_index"u8) || key.SequenceEqual("term"u8);

    private static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
