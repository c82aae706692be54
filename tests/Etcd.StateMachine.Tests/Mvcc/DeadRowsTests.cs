using Etcd.Ports.Engine;
using Etcd.StateMachine.Mvcc;
using Etcd.Testing;

namespace Etcd.StateMachine.Tests.Mvcc;

public sealed class DeadRowsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(255, 255)]
    [InlineData(256, 1)]
    [InlineData(32_768, 1)]
    [InlineData(32_769, 2)]
    public void Long_run_is_one_deletion(int rows, int deletions)
    {
        using var engine = new InMemoryEngine();
        using IKvBatch batch = engine.CreateBatch();
        var dead = new DeadRows();
        for (int i = 0; i < rows; i++)
        {
            dead.Add(new Revision(2 + i, 0), isTombstone: false, batch);
        }

        dead.EndRun(batch);

        Assert.Equal(deletions, batch.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Dead_rows_are_deleted_and_no_others(int seed)
    {
        var random = new Random(seed);
        using var engine = new InMemoryEngine();
        using IKvBatch rows = engine.CreateBatch();
        using IKvBatch batch = engine.CreateBatch();
        var dead = new DeadRows();
        List<string> kept = [];
        byte[] key = new byte[RevisionKey.TombstoneLength];
        int untilKept = 0;
        for (int i = 0; i < 5000; i++, untilKept--)
        {
            var revision = new Revision(2 + (i / 3), i % 3);
            bool isTombstone = random.Next(3) == 0;
            RevisionKey.WriteTombstone(key, revision);
            byte[] stored = isTombstone ? [.. key] : key[..RevisionKey.Length];
            rows.Put(Bucket.Key, stored, []);
            if (untilKept == 0)
            {
                untilKept = random.Next(2) == 0 ? random.Next(1, 5) : random.Next(200, 600);
                dead.EndRun(batch);
                kept.Add(Convert.ToHexString(stored));
            }
            else
            {
                dead.Add(revision, isTombstone, batch);
            }
        }

        dead.EndRun(batch);
        engine.Write(rows);
        engine.Write(batch);

        List<string> left = [];
        using IKvCursor cursor = engine.Scan(Bucket.Key, [], []);
        while (cursor.MoveNext())
        {
            left.Add(Convert.ToHexString(cursor.Key));
        }

        Assert.Equal(kept, left);
    }
}
