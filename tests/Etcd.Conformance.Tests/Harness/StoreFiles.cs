using Etcd.Ports.Engine;
using Etcd.Storage.Bbolt;
using Etcd.Storage.RocksDb;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>What members have on disk, past the members themselves.</summary>
internal static class StoreFiles
{
    /// <summary>Gives the newest version of a key another value in the store of a member that does not run, as a disk
    /// might that lies: the other members know nothing of it.</summary>
    public static async Task CorruptAsync(Cluster.Member member, string key)
    {
        string database = Path.Combine(member.DataDirectory, "member/snap/db");
        if (File.Exists(database))
        {
            await CorruptDatabaseAsync(database, key);
            return;
        }

        using var engine = RocksDbEngine.Open(
            new RocksDbEngineOptions { Directory = Path.Combine(member.DataDirectory, "member/store") });
        Corrupt(engine, key);
        engine.Flush();
    }

    /// <summary>Number of rows in bucket <c>key</c> of a running member: versions and tombstones.</summary>
    public static async Task<int> RowsAsync(Cluster.Member member, string scratchFile)
    {
        await using (var file = File.Create(scratchFile))
        {
            using var call = member.Maintenance.Snapshot(new SnapshotRequest());
            await foreach (var blob in call.ResponseStream.ReadAllAsync())
            {
                await file.WriteAsync(blob.Blob.Memory);
            }
        }

        using var database = DatabaseFileReader.Open(scratchFile);
        using var rows = database.OpenBucket(Bucket.Key);
        int count = 0;
        while (rows.MoveNext())
        {
            count++;
        }

        return count;
    }

    private static async Task CorruptDatabaseAsync(string path, string key)
    {
        using var state = new InMemoryEngine();
        using (var database = DatabaseFileReader.Open(path))
        using (var batch = state.CreateBatch())
        {
            foreach (var bucket in Enum.GetValues<Bucket>())
            {
                using var rows = database.OpenBucket(bucket);
                while (rows.MoveNext())
                {
                    batch.Put(bucket, rows.Key, rows.Value);
                }
            }

            state.Write(batch);
        }

        Corrupt(state, key);
        await using var file = File.Create(path);
        await DatabaseFileWriter.Plan(state.OpenSnapshot(), CancellationToken.None)
            .WriteAsync(file, appendHash: false, CancellationToken.None);
    }

    private static void Corrupt(IKvEngine engine, string key)
    {
        byte[]? newest = null;
        var value = new KeyValue();
        using (var rows = engine.Scan(Bucket.Key, [], []))
        {
            while (rows.MoveNext())
            {
                var row = KeyValue.Parser.ParseFrom(rows.Value);
                if (row.Key.ToStringUtf8() == key)
                {
                    (newest, value) = (rows.Key.ToArray(), row);
                }
            }
        }

        Assert.NotNull(newest);
        value.Value = ByteString.CopyFromUtf8("never written");
        using var batch = engine.CreateBatch();
        batch.Put(Bucket.Key, newest, value.ToByteArray());
        engine.Write(batch);
    }
}
