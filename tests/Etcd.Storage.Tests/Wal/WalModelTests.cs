using Etcd.Ports.Log;
using Etcd.Storage.Wal;

namespace Etcd.Storage.Tests.Wal;

/// <summary>
/// Random operations against a plain model, with crashes: a crash may come with records buffered, or within a sync
/// whose write or fsync fails. Afterwards the log is what it was after the last sync, or after the one cut short.
/// </summary>
public sealed class WalModelTests
{
    private static readonly byte[] Metadata = [4, 5, 6];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_operations_with_crashes_agree_with_the_model(int firstSeed)
    {
        for (var seed = firstSeed * 1000; seed < (firstSeed * 1000) + 60; seed++)
        {
            new Run(seed).Go();
        }
    }

    private sealed class Run
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly WalOptions _options;
        private MemoryWalFileSystem _files;
        private IRaftLog _log;
        private LogModel _durable = new();
        private LogModel _pending = new();
        private ulong _released;
        private ulong _term = 1;

        public Run(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _files = new MemoryWalFileSystem { UnitBytes = _random.Next(4) == 0 ? 4096 : 512 };
            _options = new WalOptions
            {
                SegmentSizeBytes = 4096 << _random.Next(4),
                PrepareInBackground = _random.Next(4) == 0,
            };
            _log = new SegmentedRaftLogStore(_files, _options).Create(Metadata);
        }

        public void Go()
        {
            for (var step = 0; step < 150; step++)
            {
                switch (_random.Next(20))
                {
                    case < 7:
                        Append();
                        break;
                    case < 9:
                        _pending.HardState = new LogHardState(_term, (ulong)_random.Next(4), _pending.LastIndex);
                        _log.SaveHardState(_pending.HardState);
                        break;
                    case 9:
                        SaveMarker();
                        break;
                    case 10:
                        Release();
                        break;
                    case 11:
                        Reopen(_files);
                        break;
                    case 12:
                        Crash();
                        break;
                    case 13:
                        FailSync();
                        break;
                    default:
                        _log.Sync();
                        _durable = _pending.Clone();
                        break;
                }
            }

            _log.Dispose();
        }

        private void Append()
        {
            if (_random.Next(5) == 0)
            {
                _term++;
            }

            // Committed entries are never overwritten: nothing at or below a marker is.
            var first = Math.Max(_pending.BaseIndex, _pending.Markers.Keys.Last()) + 1;
            var last = Math.Max(_pending.LastIndex, first - 1);
            var start = _random.Next(4) == 0 ? first + (ulong)_random.Next((int)(last - first + 2)) : last + 1;
            var entries = new LogEntry[_random.Next(1, 5)];
            for (var i = 0; i < entries.Length; i++)
            {
                var payload = new byte[_random.Next(30) == 0 ? _random.Next(20_000) : _random.Next(300)];
                if (_random.Next(4) != 0)
                {
                    _random.NextBytes(payload);
                }

                entries[i] = new LogEntry((byte)_random.Next(3), _term, start + (ulong)i, payload);
                _pending.Append(entries[i]);
            }

            _log.Append(entries);
        }

        private void SaveMarker()
        {
            var newest = _pending.Markers.Keys.Last();
            LogSnapshotMarker marker;
            if (_random.Next(4) == 0)
            {
                // A snapshot from the leader, which replaces the log.
                marker = new LogSnapshotMarker(_pending.LastIndex + (ulong)_random.Next(1, 50), ++_term, new byte[3]);
            }
            else
            {
                var candidates = _pending.Entries.Where(entry => entry.Index > newest).ToList();
                if (candidates.Count == 0)
                {
                    return;
                }

                var entry = candidates[_random.Next(candidates.Count)];
                marker = new LogSnapshotMarker(entry.Index, entry.Term, new byte[_random.Next(40)]);
            }

            _log.SaveMarker(marker);
            _pending.Save(marker);
        }

        private void Release()
        {
            var newest = _durable.Markers.Keys.Last();
            _released = Math.Max(_released, (ulong)_random.NextInt64((long)newest + 1));
            _log.ReleaseThrough(_released);
        }

        private void Crash() => Reopen(_files.Crash(_random));

        private void FailSync()
        {
            var countdown = _random.Next(4);
            if (_random.Next(2) == 0)
            {
                _files.OnSync = name => Fail(name, ref countdown);
            }
            else
            {
                _files.OnWrite = (name, count) => countdown-- == 0 ? _random.Next(count) : count;
            }

            try
            {
                _log.Sync();
                _durable = _pending.Clone();
                _files.OnSync = null;
                _files.OnWrite = null;
            }
            catch (StorageException)
            {
                Assert.Throws<StorageException>(_log.Sync);
                _files.OnSync = null;
                _files.OnWrite = null;
                Crash();
            }
        }

        private static void Fail(string name, ref int countdown)
        {
            if (countdown-- == 0)
            {
                throw new IOException($"cannot sync {name}");
            }
        }

        private void Reopen(MemoryWalFileSystem files)
        {
            _log.Dispose();
            _files = files.Clone();

            // A marker may be used from the moment the state behind it is durable, which is never before a release.
            // A log that a snapshot replaced needs the state of that snapshot.
            var least = Math.Max(_released, Math.Max(_pending.BaseIndex, _durable.BaseIndex));
            var marks = _pending.Markers.Keys.Where(index => index > least).Prepend(least).Append(ulong.MaxValue).ToList();
            var found = marks.ConvertAll(Recovered);
            if (!found.SequenceEqual(marks.ConvertAll(mark => LogModel.Text(_durable.Recover(Metadata, mark)))))
            {
                var pending = marks.ConvertAll(mark => LogModel.Text(_pending.Recover(Metadata, mark)));
                Assert.True(found.SequenceEqual(pending), $"seed {_seed}: neither the state before the sync nor after");
                _durable = _pending.Clone();
            }

            var applied = marks[_random.Next(marks.Count)];
            _log = new SegmentedRaftLogStore(_files, _options).Open(applied, out _);
            _pending = _durable.Clone();
        }

        private string Recovered(ulong appliedIndex)
        {
            using (new SegmentedRaftLogStore(_files.Clone(), _options).Open(appliedIndex, out var recovered))
            {
                return LogModel.Text(recovered);
            }
        }
    }
}
