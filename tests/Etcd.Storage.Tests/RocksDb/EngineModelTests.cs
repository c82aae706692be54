using System.Buffers.Binary;
using System.Text;
using Etcd.Ports.Engine;
using Etcd.Storage.RocksDb;
using Etcd.Testing;

namespace Etcd.Storage.Tests.RocksDb;

/// <summary>
/// The same random operations on the real engine, with real files, and on the model that the simulator runs on. A
/// crash is a copy of the directory at a random moment: what is only in memory is not in it. The copy holds the model's
/// state after some batch, at least the newest flushed one, in every bucket, and the run goes on from there.
/// </summary>
public sealed class EngineModelTests
{
    private static readonly Bucket[] Buckets = Enum.GetValues<Bucket>();

    // The smallest buffer writes memtables by itself within a run, the large one never does.
    [Theory]
    [InlineData(1, 64 << 10)]
    [InlineData(2, 64 << 10)]
    [InlineData(3, 8 << 20)]
    [InlineData(4, 8 << 20)]
    public void Random_operations_with_crashes_agree_with_the_model(int seed, long writeBufferBytes)
    {
        using var run = new Run(seed, writeBufferBytes);
        run.Go();
    }

    private sealed class Run(int seed, long writeBufferBytes) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly TemporaryDirectory _directory = new();
        private readonly List<(IKvSnapshot Real, IKvSnapshot Model)> _snapshots = [];
        private InMemoryEngine _model = new();
        private RocksDbEngine? _real;
        private int _lives;
        private ulong _applied;

        public void Go()
        {
            Open();
            for (var step = 0; step < 900; step++)
            {
                try
                {
                    Step();
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"seed {seed}, step {step}: {exception.Message}", exception);
                }
            }
        }

        public void Dispose()
        {
            CloseSnapshots();
            _real?.Dispose();
            _directory.Dispose();
        }

        private string Directory => _directory.Combine($"life-{_lives}");

        private RocksDbEngine Real => _real ?? throw new InvalidOperationException("the engine is not open");

        private void Step()
        {
            switch (_random.Next(40))
            {
                case < 25:
                    Write();
                    break;
                case < 32:
                    Read(Real, _model);
                    break;
                case < 34:
                    _snapshots.Add((Real.OpenSnapshot(), _model.OpenSnapshot()));
                    break;
                case < 36 when _snapshots.Count > 0:
                    var (real, model) = _snapshots[_random.Next(_snapshots.Count)];
                    Read(real, model);
                    break;
                case 36:
                    Real.Flush();
                    _model.Flush();
                    break;
                case 37 when _random.Next(3) == 0:
                    Real.Compact();
                    break;
                case 38 when _random.Next(3) == 0:
                    Reopen();
                    break;
                case 39 when _random.Next(2) == 0:
                    Crash();
                    break;
            }
        }

        /// <summary>Each batch carries its number, as the state machine's carry the applied index.</summary>
        private void Write()
        {
            using var real = Real.CreateBatch();
            using var model = _model.CreateBatch();
            for (var changes = _random.Next(12); changes > 0; changes--)
            {
                Change(real, model);
            }

            var number = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(number, ++_applied);
            real.Put(Bucket.Meta, "applied"u8, number);
            model.Put(Bucket.Meta, "applied"u8, number);
            Assert.Equal(model.Count, real.Count);
            Real.Write(real);
            _model.Write(model);
        }

        private void Change(IKvBatch real, IKvBatch model)
        {
            var bucket = RandomBucket();
            var key = Key();
            switch (_random.Next(10))
            {
                case 0:
                    var to = _random.Next(8) == 0 ? [] : Key();
                    var from = _random.Next(8) == 0 ? [] : key;
                    real.DeleteRange(bucket, from, to);
                    model.DeleteRange(bucket, from, to);
                    break;
                case < 3:
                    real.Delete(bucket, key);
                    model.Delete(bucket, key);
                    break;
                default:
                    var value = new byte[_random.Next(20) == 0 ? _random.Next(20_000) : _random.Next(200)];
                    _random.NextBytes(value);
                    real.Put(bucket, key, value);
                    model.Put(bucket, key, value);
                    break;
            }
        }

        private void Read(IKvReader real, IKvReader model)
        {
            var bucket = RandomBucket();
            var (from, to) = (Key(), Key());
            Assert.Equal(model.Get(bucket, from), real.Get(bucket, from));
            Assert.Equal(model.LastKey(bucket), real.LastKey(bucket));
            var start = _random.Next(3) == 0 ? [] : from;
            var end = _random.Next(3) == 0 ? [] : to;
            Assert.Equal(Rows(model, bucket, start, end), Rows(real, bucket, start, end));
        }

        /// <summary>Closing flushes: everything comes back.</summary>
        private void Reopen()
        {
            CloseSnapshots();
            Real.Dispose();
            Open();
            _model.Flush();
            SameEverywhere(_model, Real, "after a reopen");
        }

        private void Crash()
        {
            var image = _directory.Combine($"life-{_lives + 1}");
            CopyAtOneMoment(Directory, image);
            CloseSnapshots();
            Real.Dispose();
            System.IO.Directory.Delete(Directory, recursive: true);
            _lives++;
            Open();

            var kept = Real.Get(Bucket.Meta, "applied"u8);
            var applied = kept is null ? 0 : BinaryPrimitives.ReadUInt64BigEndian(kept);
            var oldest = _applied - (ulong)_model.UnflushedBatches;
            Assert.InRange(applied, oldest, _applied);
            _model = _model.Crash((int)(applied - oldest));
            SameEverywhere(_model, Real, $"after a crash between batches {oldest} and {_applied} that left {applied}");
            _applied = applied;
        }

        private void Open() => _real = RocksDbEngine.Open(new RocksDbEngineOptions
        {
            Directory = Directory,
            WriteBufferSizeBytes = writeBufferBytes,
        });

        private void CloseSnapshots()
        {
            foreach (var (real, model) in _snapshots)
            {
                real.Dispose();
                model.Dispose();
            }

            _snapshots.Clear();
        }

        private Bucket RandomBucket() => Buckets[_random.Next(Buckets.Length)];

        private byte[] Key() => _random.Next(30) == 0 ? [] : Encoding.UTF8.GetBytes($"k{_random.Next(60)}");
    }

    /// <summary>
    /// Files that came, went or grew while they were copied give an image of no moment; then the copy begins anew.
    /// Flushes and compactions in the background end by themselves, so some copy succeeds.
    /// </summary>
    private static void CopyAtOneMoment(string from, string to)
    {
        while (true)
        {
            var before = Listing(from);
            Directory.CreateDirectory(to);
            if (TryCopy(before.Keys, from, to) && before.SequenceEqual(Listing(from)))
            {
                return;
            }

            Directory.Delete(to, recursive: true);
        }
    }

    private static bool TryCopy(IEnumerable<string> names, string from, string to)
    {
        try
        {
            foreach (var name in names)
            {
                File.Copy(Path.Combine(from, name), Path.Combine(to, name));
            }

            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static SortedDictionary<string, long> Listing(string directory)
    {
        var files = new DirectoryInfo(directory).GetFiles().Where(file => file.Exists);
        return new SortedDictionary<string, long>(
            files.ToDictionary(file => file.Name, file => file.Length), StringComparer.Ordinal);
    }

    private static void SameEverywhere(InMemoryEngine model, RocksDbEngine real, string when)
    {
        foreach (var bucket in Buckets)
        {
            var expected = Rows(model, bucket, [], []);
            var actual = Rows(real, bucket, [], []);
            Assert.True(expected.SequenceEqual(actual), $"{bucket} differs {when}");
        }
    }

    private static List<string> Rows(IKvReader reader, Bucket bucket, byte[] from, byte[] to)
    {
        var rows = new List<string>();
        using var cursor = reader.Scan(bucket, from, to);
        while (cursor.MoveNext())
        {
            rows.Add($"{Convert.ToHexString(cursor.Key)}={Convert.ToHexString(cursor.Value)}");
        }

        return rows;
    }
}
