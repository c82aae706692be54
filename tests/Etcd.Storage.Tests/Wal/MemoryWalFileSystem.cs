using Etcd.Storage.Wal.Files;

namespace Etcd.Storage.Tests.Wal;

/// <summary>
/// A directory in memory that tells apart what is written and what is durable, so that a crash can be played:
/// of the sectors that were written but not synced any choice survives, of the names changed but not synced any
/// beginning of the changes. Thread-safe.
/// </summary>
internal sealed class MemoryWalFileSystem : IWalFileSystem
{
    private const int SectorBytes = 512;

    private readonly Lock _lock = new();
    private readonly List<Action<Dictionary<string, Data>>> _unsyncedNames = [];
    private readonly Dictionary<string, Data> _names = [];
    private Dictionary<string, Data> _durableNames = [];

    /// <summary>Unit of direct writes.</summary>
    public int UnitBytes { get; init; } = SectorBytes;

    /// <summary>Called before each write with the bytes' count; returns how many of them are written before it fails: of
    /// some, whole sectors.</summary>
    public Func<string, int, int>? OnWrite { get; set; }

    /// <summary>Called before each sync of a file; throws to make it fail.</summary>
    public Action<string>? OnSync { get; set; }

    /// <summary>Called before each sync of the directory; throws to make it fail.</summary>
    public Action? OnSyncDirectory { get; set; }

    /// <summary>Called before space is reserved; throws to make it fail.</summary>
    public Action<string>? OnAllocate { get; set; }

    public string DirectoryPath => "/memory";

    public byte[] Read(string name)
    {
        lock (_lock)
        {
            return _names[name].Bytes.ToArray();
        }
    }

    /// <summary>Sets a file's content, durably.</summary>
    public void Replace(string name, byte[] bytes)
    {
        lock (_lock)
        {
            _names[name] = _durableNames[name] = new Data { Bytes = bytes.ToArray(), Durable = bytes.ToArray() };
        }
    }

    /// <summary>The same files, all durable.</summary>
    public MemoryWalFileSystem Clone()
    {
        var clone = new MemoryWalFileSystem { UnitBytes = UnitBytes };
        foreach (var name in List())
        {
            clone.Replace(name, Read(name));
        }

        return clone;
    }

    /// <summary>What a machine finds after it lost power now.</summary>
    public MemoryWalFileSystem Crash(Random random)
    {
        lock (_lock)
        {
            var names = new Dictionary<string, Data>(_durableNames);
            foreach (var change in _unsyncedNames.Take(random.Next(_unsyncedNames.Count + 1)))
            {
                change(names);
            }

            var crashed = new MemoryWalFileSystem { UnitBytes = UnitBytes };
            foreach (var (name, data) in names)
            {
                crashed.Replace(name, Survive(data, random));
            }

            return crashed;
        }
    }

    public void CreateDirectory()
    {
    }

    public IReadOnlyList<string> List()
    {
        lock (_lock)
        {
            return _names.Keys.ToList();
        }
    }

    public IWalFile Create(string name)
    {
        lock (_lock)
        {
            var data = new Data();
            Change(names => names[name] = data);
            return new OpenFile(this, name, data);
        }
    }

    public IWalFile Open(string name)
    {
        lock (_lock)
        {
            return new OpenFile(this, name, _names[name]);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            Change(names =>
            {
                if (names.Remove(from, out var data))
                {
                    names[to] = data;
                }
            });
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
        {
            Change(names => names.Remove(name));
        }
    }

    public void SyncDirectory()
    {
        lock (_lock)
        {
            OnSyncDirectory?.Invoke();
            _durableNames = new Dictionary<string, Data>(_names);
            _unsyncedNames.Clear();
        }
    }

    private static byte[] Survive(Data data, Random random)
    {
        var length = random.Next(2) == 0 ? data.Durable.Length : data.Bytes.Length;
        var bytes = new byte[length];
        data.Durable.AsSpan(0, Math.Min(length, data.Durable.Length)).CopyTo(bytes);
        var mood = random.Next(4);
        foreach (var sector in data.Dirty)
        {
            var start = sector * SectorBytes;
            var end = Math.Min(Math.Min(start + SectorBytes, length), data.Bytes.Length);
            if (start < end && (mood == 0 || random.Next(2) == 0))
            {
                data.Bytes.AsSpan(start..end).CopyTo(bytes.AsSpan(start));
            }
        }

        return bytes;
    }

    private void Change(Action<Dictionary<string, Data>> change)
    {
        change(_names);
        _unsyncedNames.Add(change);
    }

    private sealed class Data
    {
        public byte[] Bytes { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        public SortedSet<int> Dirty { get; } = [];
    }

    private sealed class OpenFile(MemoryWalFileSystem files, string name, Data data) : IWalFile
    {
        public string Path => $"{files.DirectoryPath}/{name}";

        public long Length
        {
            get
            {
                lock (files._lock)
                {
                    return data.Bytes.Length;
                }
            }
        }

        public int UnitBytes => files.UnitBytes;

        public int Read(Span<byte> buffer, long offset)
        {
            lock (files._lock)
            {
                if (offset >= data.Bytes.Length)
                {
                    return 0;
                }

                var count = Math.Min(buffer.Length, data.Bytes.Length - (int)offset);
                data.Bytes.AsSpan((int)offset, count).CopyTo(buffer);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (files._lock)
            {
                var count = files.OnWrite?.Invoke(name, bytes.Length) ?? bytes.Length;
                count = count < bytes.Length ? count / SectorBytes * SectorBytes : count;
                if (count > 0)
                {
                    Grow((int)offset + count);
                    bytes[..count].CopyTo(data.Bytes.AsSpan((int)offset));
                    for (var sector = (int)offset / SectorBytes; sector * SectorBytes < offset + count; sector++)
                    {
                        data.Dirty.Add(sector);
                    }
                }

                if (count < bytes.Length)
                {
                    throw new IOException($"No space left on device : '{Path}'");
                }
            }
        }

        public void SyncData()
        {
            lock (files._lock)
            {
                files.OnSync?.Invoke(name);
                data.Durable = data.Bytes.ToArray();
                data.Dirty.Clear();
            }
        }

        public bool TryAllocate(long sizeBytes)
        {
            lock (files._lock)
            {
                files.OnAllocate?.Invoke(name);
                Grow((int)sizeBytes);
                return true;
            }
        }

        public void SetLength(long sizeBytes)
        {
            lock (files._lock)
            {
                var bytes = data.Bytes;
                Array.Resize(ref bytes, (int)sizeBytes);
                data.Bytes = bytes;
            }
        }

        public void Dispose()
        {
        }

        private void Grow(int length)
        {
            if (length > data.Bytes.Length)
            {
                SetLength(length);
            }
        }
    }
}
