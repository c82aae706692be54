using System.Collections.Immutable;
using Etcd.Ports.Engine;

namespace Etcd.Testing;

/// <summary>
/// The model of an engine, in memory: same contract as the real one, with crashes on demand. The simulator and the
/// tests run on it, and the storage tests hold the real engine against it. Buckets are persistent sorted sets, so
/// snapshots, cursors and clones cost nothing and never change. Thread-safe as the port asks.
/// </summary>
public sealed class InMemoryEngine : IKvEngine
{
    private readonly List<State> _unflushed = [];
    private readonly object _gate = new();
    private volatile State _state;
    private State _durable;
    private long _flushed;

    /// <summary>An empty engine.</summary>
    public InMemoryEngine()
        : this(State.Empty)
    {
    }

    private InMemoryEngine(State state)
    {
        _state = state;
        _durable = state;
    }

    /// <inheritdoc/>
    public long SizeBytes => _state.Bytes;

    /// <inheritdoc/>
    public long SizeInUseBytes => _state.Bytes;

    /// <summary>Batches written since the last flush: the number of different states that a crash may leave, less
    /// one.</summary>
    public int UnflushedBatches
    {
        get
        {
            lock (_gate)
            {
                return _unflushed.Count;
            }
        }
    }

    /// <summary>Batches written since the engine was made.</summary>
    public long WrittenBatches
    {
        get
        {
            lock (_gate)
            {
                return _flushed + _unflushed.Count;
            }
        }
    }

    /// <inheritdoc/>
    public IKvBatch CreateBatch() => new Batch();

    /// <inheritdoc/>
    public void Write(IKvBatch batch)
    {
        lock (_gate)
        {
            _state = ((Batch)batch).ApplyTo(_state);
            _unflushed.Add(_state);
        }
    }

    /// <inheritdoc/>
    public void Flush() => CompleteFlush(WrittenBatches);

    /// <summary>Ends a flush that began when <see cref="WrittenBatches"/> was <paramref name="written"/>: a flush
    /// begins at one moment and ends at a later one.</summary>
    public void CompleteFlush(long written)
    {
        lock (_gate)
        {
            int count = (int)(written - _flushed);
            if (count <= 0)
            {
                return;
            }

            _durable = _unflushed[count - 1];
            _unflushed.RemoveRange(0, count);
            _flushed = written;
        }
    }

    /// <summary>An engine with the same content, durable, that goes its own way.</summary>
    public InMemoryEngine Clone() => new(_state);

    /// <summary>The engine that a crash leaves behind.</summary>
    /// <param name="survivingBatches">How many of the unflushed batches reached the disk, from 0 to
    /// <see cref="UnflushedBatches"/>.</param>
    public InMemoryEngine Crash(int survivingBatches)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(survivingBatches, _unflushed.Count);
            return new InMemoryEngine(survivingBatches == 0 ? _durable : _unflushed[survivingBatches - 1]);
        }
    }

    /// <inheritdoc/>
    public IKvSnapshot OpenSnapshot() => new Snapshot(_state);

    /// <inheritdoc/>
    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => _state.Get(bucket, key);

    /// <inheritdoc/>
    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        _state.Scan(bucket, from, to);

    /// <inheritdoc/>
    public byte[]? LastKey(Bucket bucket) => _state.LastKey(bucket);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed record Row(byte[] Key, byte[] Value);

    private sealed class RowOrder : IComparer<Row>
    {
        public static readonly RowOrder Instance = new();

        public int Compare(Row? x, Row? y) => x!.Key.AsSpan().SequenceCompareTo(y!.Key);
    }

    private sealed record State(ImmutableSortedSet<Row>[] Buckets, long Bytes)
    {
        private static readonly int BucketCount = Enum.GetValues<Bucket>().Max(bucket => (int)bucket) + 1;

        public static State Empty => new(
            [.. Enumerable.Range(0, BucketCount).Select(_ => ImmutableSortedSet.Create<Row>(RowOrder.Instance))],
            Bytes: 0);

        public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key)
        {
            var wanted = new Row(key.ToArray(), []);
            return Buckets[(int)bucket].TryGetValue(wanted, out Row? row) && !ReferenceEquals(row, wanted)
                ? row.Value.ToArray()
                : null;
        }

        public byte[]? LastKey(Bucket bucket) =>
            Buckets[(int)bucket].IsEmpty ? null : Buckets[(int)bucket].Max!.Key.ToArray();

        public Cursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
        {
            ImmutableSortedSet<Row> rows = Buckets[(int)bucket];
            int start = from.IsEmpty ? 0 : LowerBound(rows, from.ToArray());
            int end = to.IsEmpty ? rows.Count : LowerBound(rows, to.ToArray());
            return new Cursor(rows, start, end);
        }

        public static int LowerBound(ImmutableSortedSet<Row> rows, byte[] key)
        {
            int index = rows.IndexOf(new Row(key, []));
            return index < 0 ? ~index : index;
        }
    }

    private sealed class Cursor(ImmutableSortedSet<Row> rows, int start, int end) : IKvCursor
    {
        private int _next = start;
        private Row? _row;

        public ReadOnlySpan<byte> Key => _row!.Key;

        public ReadOnlySpan<byte> Value => _row!.Value;

        public bool MoveNext()
        {
            if (_next >= end)
            {
                return false;
            }

            _row = rows[_next++];
            return true;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Snapshot(State state) : IKvSnapshot
    {
        public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => state.Get(bucket, key);

        public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
            state.Scan(bucket, from, to);

        public byte[]? LastKey(Bucket bucket) => state.LastKey(bucket);

        public void Dispose()
        {
        }
    }

    private sealed class Batch : IKvBatch
    {
        private readonly List<(Bucket Bucket, byte[] Key, byte[]? Value, byte[]? To)> _changes = [];

        public int Count => _changes.Count;

        public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            _changes.Add((bucket, key.ToArray(), value.ToArray(), null));

        public void Delete(Bucket bucket, ReadOnlySpan<byte> key) =>
            _changes.Add((bucket, key.ToArray(), null, null));

        public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
        {
            if (to.IsEmpty || from.SequenceCompareTo(to) < 0)
            {
                _changes.Add((bucket, from.ToArray(), null, to.ToArray()));
            }
        }

        public void Clear() => _changes.Clear();

        public void Dispose()
        {
        }

        public State ApplyTo(State state)
        {
            long bytes = state.Bytes;
            var builders = new ImmutableSortedSet<Row>.Builder?[state.Buckets.Length];
            foreach ((Bucket bucket, byte[] key, byte[]? value, byte[]? to) in _changes)
            {
                ImmutableSortedSet<Row>.Builder rows =
                    builders[(int)bucket] ??= state.Buckets[(int)bucket].ToBuilder();
                if (to is null)
                {
                    bytes += Replace(rows, key, value);
                    continue;
                }

                ImmutableSortedSet<Row> present = rows.ToImmutable();
                int end = to.Length == 0 ? present.Count : State.LowerBound(present, to);
                for (int i = State.LowerBound(present, key); i < end; i++)
                {
                    bytes += Replace(rows, present[i].Key, value: null);
                }
            }

            ImmutableSortedSet<Row>[] buckets =
                [.. state.Buckets.Select((old, index) => builders[index]?.ToImmutable() ?? old)];
            return new State(buckets, bytes);
        }

        private static long Replace(ImmutableSortedSet<Row>.Builder rows, byte[] key, byte[]? value)
        {
            long change = 0;
            var row = new Row(key, value ?? []);
            if (rows.TryGetValue(row, out Row? old) && !ReferenceEquals(old, row))
            {
                rows.Remove(old);
                change -= old.Key.Length + old.Value.Length;
            }

            if (value is not null)
            {
                rows.Add(row);
                change += key.Length + value.Length;
            }

            return change;
        }
    }
}
