using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Etcd.Ports.Engine;
using Etcd.Storage.RocksDb;

namespace Etcd.Storage.Tests.RocksDb;

public sealed class EngineCrashTests
{
    /// <summary>Makes <see cref="Program"/> run <see cref="WriteUntilKilled"/>.</summary>
    public const string ChildCommand = "write-until-killed";

    [Fact]
    public async Task Killed_process_leaves_a_prefix_of_the_batches_with_every_flushed_one()
    {
        using var directory = new TemporaryDirectory();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var flushed = 0UL;
        for (var round = 0; round < 2; round++)
        {
            var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, ChildCommand, directory.Path])
            {
                RedirectStandardOutput = true,
            };
            using var child = Process.Start(start)!;
            for (var line = 0; line < 12; line++)
            {
                var text = await child.StandardOutput.ReadLineAsync(deadline.Token);
                Assert.True(
                    ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out flushed),
                    $"round {round}, line {line}: expected the number of a flushed batch, got '{text}'");
            }

            child.Kill();
            await child.WaitForExitAsync(deadline.Token);
            Check(directory.Path, flushed);
        }
    }

    /// <summary>Writes numbered batches for ever, flushes now and then, and prints each number once it is durable.</summary>
    internal static void WriteUntilKilled(string directory)
    {
        using var engine = Open(directory);
        using var batch = engine.CreateBatch();
        var key = new byte[8];
        var value = new byte[2000];
        var last = engine.Get(Bucket.Meta, "last"u8);
        for (var number = last is null ? 1 : BinaryPrimitives.ReadUInt64BigEndian(last) + 1; ; number++)
        {
            batch.Clear();
            BinaryPrimitives.WriteUInt64BigEndian(key, number);
            batch.Put(Bucket.Key, key, value);
            batch.Put(Bucket.Lease, key, []);
            batch.Put(Bucket.Meta, "last"u8, key);
            engine.Write(batch);
            if (number % 50 == 0)
            {
                engine.Flush();
                Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private static void Check(string directory, ulong flushed)
    {
        using var engine = Open(directory);
        var stored = engine.Get(Bucket.Meta, "last"u8);
        Assert.NotNull(stored);
        var last = BinaryPrimitives.ReadUInt64BigEndian(stored);
        Assert.True(last >= flushed, $"batch {flushed} was flushed, the last one found is {last}");
        foreach (var bucket in (ReadOnlySpan<Bucket>)[Bucket.Key, Bucket.Lease])
        {
            using var cursor = engine.Scan(bucket, [], []);
            for (ulong number = 1; number <= last; number++)
            {
                Assert.True(cursor.MoveNext(), $"{bucket}: batch {number} of {last} is missing");
                Assert.Equal(number, BinaryPrimitives.ReadUInt64BigEndian(cursor.Key));
            }

            Assert.False(cursor.MoveNext(), $"{bucket}: a batch after {last} is there");
        }
    }

    private static RocksDbEngine Open(string directory) => RocksDbEngine.Open(new RocksDbEngineOptions
    {
        Directory = directory,
        // Small, so that memtables are also written by themselves.
        WriteBufferSizeBytes = 64 << 10,
    });
}
