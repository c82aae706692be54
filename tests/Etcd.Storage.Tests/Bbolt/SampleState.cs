using System.Buffers.Binary;
using System.Text;
using Etcd.Ports.Engine;
using Etcd.Testing;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Storage.Tests.Bbolt;

/// <summary>States as a member has them.</summary>
internal static class SampleState
{
    /// <summary>A member's state: revisions with values of all sizes, a lease, a compaction.</summary>
    public static InMemoryEngine Member(int revisions, int seed)
    {
        var engine = new InMemoryEngine();
        using var batch = engine.CreateBatch();
        var random = new Random(seed);
        var versions = new Dictionary<int, (long Created, long Version)>();
        for (long revision = 2; revision < revisions + 2; revision++)
        {
            var number = random.Next(Math.Max(1, revisions / 3));
            var key = ByteString.CopyFromUtf8($"key/{number}");
            if (versions.ContainsKey(number) && random.Next(10) == 0)
            {
                versions.Remove(number);
                batch.Put(Bucket.Key, [.. RevisionKey(revision), (byte)'t'], new KeyValue { Key = key }.ToByteArray());
                continue;
            }

            var value = new byte[random.Next(200) == 0 ? random.Next(60_000) : random.Next(300)];
            random.NextBytes(value);
            var (created, version) = versions.TryGetValue(number, out var known) ? known : (revision, 0);
            versions[number] = (created, version + 1);
            var row = new KeyValue
            {
                Key = key,
                CreateRevision = created,
                ModRevision = revision,
                Version = version + 1,
                Value = ByteString.CopyFrom(value),
            };
            batch.Put(Bucket.Key, RevisionKey(revision), row.ToByteArray());
        }

        batch.Put(Bucket.Lease, [0, 0, 0, 0, 0, 0, 0, 7], [0x08, 0x07, 0x10, 0x80, 0x10]);
        batch.Put(Bucket.Meta, "consistent_index"u8, [0, 0, 0, 0, 0, 0, 0, 9]);
        batch.Put(Bucket.Meta, "term"u8, [0, 0, 0, 0, 0, 0, 0, 2]);
        batch.Put(Bucket.Members, "8e9e05c52164694d"u8, "{\"id\":10276657743932975437,\"peerURLs\":[]}"u8);
        engine.Write(batch);
        return engine;
    }

    /// <summary>Rows without meaning, of every bucket and every size.</summary>
    public static InMemoryEngine Random(int seed)
    {
        var random = new Random(seed);
        var engine = new InMemoryEngine();
        using var batch = engine.CreateBatch();
        foreach (var bucket in Enum.GetValues<Bucket>())
        {
            for (var rows = random.Next(3) == 0 ? 0 : random.Next(1, 1 << random.Next(11)); rows > 0; rows--)
            {
                var key = new byte[random.Next(50) == 0 ? random.Next(1, 3000) : random.Next(1, 20)];
                var value = new byte[random.Next(100) == 0 ? random.Next(70_000) : random.Next(200)];
                random.NextBytes(key);
                random.NextBytes(value);
                batch.Put(bucket, key, value);
            }
        }

        engine.Write(batch);
        return engine;
    }

    /// <summary>All rows of a bucket as text.</summary>
    public static List<string> Rows(IKvCursor cursor)
    {
        using (cursor)
        {
            var rows = new List<string>();
            while (cursor.MoveNext())
            {
                rows.Add($"{Convert.ToHexString(cursor.Key)}={Convert.ToHexString(cursor.Value)}");
            }

            return rows;
        }
    }

    /// <summary>The hash that <c>snapshot status</c> prints, and the number of rows.</summary>
    public static (uint Hash, int Rows) StatusHash(IKvReader state)
    {
        var (hash, rows) = (0u, 0);
        foreach (var bucket in Enum.GetValues<Bucket>())
        {
            hash = Crc32C.Append(hash, Encoding.ASCII.GetBytes(Name(bucket)));
            using var cursor = state.Scan(bucket, [], []);
            while (cursor.MoveNext())
            {
                hash = Crc32C.Append(Crc32C.Append(hash, cursor.Key), cursor.Value);
                rows++;
            }
        }

        return (hash, rows);
    }

    private static string Name(Bucket bucket) => bucket switch
    {
        Bucket.MembersRemoved => "members_removed",
        _ => $"{char.ToLowerInvariant(bucket.ToString()[0])}{bucket.ToString()[1..]}",
    };

    private static byte[] RevisionKey(long main)
    {
        var key = new byte[17];
        BinaryPrimitives.WriteInt64BigEndian(key, main);
        key[8] = (byte)'_';
        return key;
    }
}
