using System.Text;
using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Tests.Membership;

/// <summary>Rows in memory: batches take effect at once, so that a test can open what it wrote.</summary>
internal sealed class TestRows : IKvReader
{
    private readonly SortedDictionary<(Bucket Bucket, string Key), byte[]> _rows = [];

    public int Count => _rows.Count;

    public IKvBatch Batch => new ImmediateBatch(this);

    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) =>
        _rows.GetValueOrDefault((bucket, Convert.ToHexString(key)));

    public string? Text(Bucket bucket, string key) =>
        Get(bucket, Encoding.UTF8.GetBytes(key)) is { } value ? Encoding.UTF8.GetString(value) : null;

    public void PutText(Bucket bucket, string key, string value) =>
        Put(bucket, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        string first = Convert.ToHexString(from);
        string end = Convert.ToHexString(to);
        List<(byte[] Key, byte[] Value)> rows = [];
        foreach (((Bucket Bucket, string Key) row, byte[] value) in _rows)
        {
            if (row.Bucket == bucket && string.CompareOrdinal(row.Key, first) >= 0
                && (end.Length == 0 || string.CompareOrdinal(row.Key, end) < 0))
            {
                rows.Add((Convert.FromHexString(row.Key), value));
            }
        }

        return new Cursor(rows);
    }

    public byte[]? LastKey(Bucket bucket)
    {
        byte[]? last = null;
        using IKvCursor cursor = Scan(bucket, [], []);
        while (cursor.MoveNext())
        {
            last = cursor.Key.ToArray();
        }

        return last;
    }

    public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        _rows[(bucket, Convert.ToHexString(key))] = value.ToArray();

    private sealed class ImmediateBatch(TestRows rows) : IKvBatch
    {
        public int Count => rows.Count;

        public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            rows.Put(bucket, key, value);

        public void Delete(Bucket bucket, ReadOnlySpan<byte> key) =>
            rows._rows.Remove((bucket, Convert.ToHexString(key)));

        public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
        {
            using IKvCursor cursor = rows.Scan(bucket, from, to);
            while (cursor.MoveNext())
            {
                Delete(bucket, cursor.Key);
            }
        }

        public void Clear() => rows._rows.Clear();

        public void Dispose()
        {
        }
    }

    private sealed class Cursor(List<(byte[] Key, byte[] Value)> rows) : IKvCursor
    {
        private int _position = -1;

        public ReadOnlySpan<byte> Key => rows[_position].Key;

        public ReadOnlySpan<byte> Value => rows[_position].Value;

        public bool MoveNext() => ++_position < rows.Count;

        public void Dispose()
        {
        }
    }
}
