using System.Buffers.Binary;
using System.Security.Cryptography;
using Etcd.Ports.Engine;

namespace Etcd.Storage.Bbolt;

/// <summary>
/// Writes a state as etcd's database file: a bbolt file with etcd's ten buckets, opened by etcd, <c>etcdctl</c> and
/// <c>etcdutl</c> as their own. The first walk over the rows plans the pages, so that the size is known beforehand;
/// the second one streams them, never going back, so that the file can go straight to a network stream. Memory:
/// about 1 % of the file. Used by one caller at a time.
/// <para>Layout: two meta pages, each bucket's leaves and branches, the page of the root bucket.</para>
/// </summary>
public sealed class DatabaseFileWriter
{
    /// <summary>Size of the SHA-256 behind a snapshot file.</summary>
    public const int HashBytes = 32;

    private const ulong MetaPages = 2;

    private readonly IKvReader _state;
    private readonly List<BucketPlan> _buckets;
    private readonly int _pageSizeBytes;

    private DatabaseFileWriter(IKvReader state, List<BucketPlan> buckets, int pageSizeBytes)
    {
        _state = state;
        _buckets = buckets;
        _pageSizeBytes = pageSizeBytes;
    }

    /// <summary>Bytes of the file, without the hash.</summary>
    public long SizeBytes => checked((long)(RootPage + 1) * _pageSizeBytes);

    private ulong RootPage => _buckets[^1].EndPage;

    /// <summary>Plans the file.</summary>
    /// <param name="state">The state; must not change until the file is written. Not disposed of.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public static DatabaseFileWriter Plan(IKvSnapshot state, CancellationToken cancellationToken) =>
        Plan(state, pageSizeBytes: 4096, cancellationToken);

    /// <inheritdoc cref="Plan(IKvSnapshot, CancellationToken)"/>
    /// <param name="state">The state.</param>
    /// <param name="pageSizeBytes">A power of two from 1024, which the ten bucket names need.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    internal static DatabaseFileWriter Plan(IKvReader state, int pageSizeBytes, CancellationToken cancellationToken)
    {
        var buckets = new List<BucketPlan>();
        var page = MetaPages;
        foreach (var bucket in BucketNames.InOrder)
        {
            var plan = BucketPlan.Create(state, bucket, page, pageSizeBytes, cancellationToken);
            page = plan.EndPage;
            buckets.Add(plan);
        }

        return new DatabaseFileWriter(state, buckets, pageSizeBytes);
    }

    /// <summary>Writes <see cref="SizeBytes"/> bytes, and the hash when it is asked for.</summary>
    /// <param name="output">Where to; only written to, not closed.</param>
    /// <param name="appendHash">True to append the SHA-256 of the file, as a snapshot file has it.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task WriteAsync(Stream output, bool appendHash, CancellationToken cancellationToken)
    {
        using var hash = appendHash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var sink = new PageSink(output, hash);
        WriteMetas(sink);
        foreach (var bucket in _buckets)
        {
            await WriteLeavesAsync(bucket, sink, cancellationToken).ConfigureAwait(false);
            foreach (var branch in bucket.Branches)
            {
                WriteBranch(bucket, branch, sink);
                await FlushFullAsync(sink, cancellationToken).ConfigureAwait(false);
            }
        }

        WriteRoot(sink);
        await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (hash is not null)
        {
            await output.WriteAsync(hash.GetHashAndReset(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask FlushFullAsync(PageSink sink, CancellationToken cancellationToken) =>
        sink.IsFull ? sink.FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    private void WriteMetas(PageSink sink)
    {
        for (ulong id = 0; id < MetaPages; id++)
        {
            // A transaction's meta page is its number modulo 2; the older one says the same.
            var meta = new BboltPage.Meta((uint)_pageSizeBytes, RootPage, RootPage + 1, MetaPages - id);
            BboltPage.WriteMeta(sink.Take(_pageSizeBytes), id, meta);
        }
    }

    private async Task WriteLeavesAsync(BucketPlan bucket, PageSink sink, CancellationToken cancellationToken)
    {
        using var cursor = _state.Scan(bucket.Bucket, [], []);
        foreach (var leaf in bucket.Leaves)
        {
            WriteLeaf(leaf, cursor, sink.Take(leaf.Pages * _pageSizeBytes));
            await FlushFullAsync(sink, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void WriteLeaf(BucketPlan.LeafPlan leaf, IKvCursor cursor, Span<byte> page)
    {
        BboltPage.WriteHeader(page, leaf.Page, BboltPage.LeafFlag, leaf.Rows, leaf.Pages - 1);
        var data = BboltPage.HeaderBytes + (leaf.Rows * BboltPage.ElementBytes);
        for (var i = 0; i < leaf.Rows; i++)
        {
            if (!cursor.MoveNext())
            {
                throw new InvalidOperationException("the state lost rows between planning and writing");
            }

            data = WriteLeafElement(page, i, data, flags: 0, cursor.Key, cursor.Value);
        }
    }

    private static int WriteLeafElement(
        Span<byte> page, int index, int data, uint flags, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var start = BboltPage.HeaderBytes + (index * BboltPage.ElementBytes);
        var element = page[start..];
        BinaryPrimitives.WriteUInt32LittleEndian(element, flags);
        BinaryPrimitives.WriteInt32LittleEndian(element[4..], data - start);
        BinaryPrimitives.WriteInt32LittleEndian(element[8..], key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(element[12..], value.Length);
        key.CopyTo(page[data..]);
        value.CopyTo(page[(data + key.Length)..]);
        return data + key.Length + value.Length;
    }

    private void WriteBranch(BucketPlan bucket, BucketPlan.BranchPlan branch, PageSink sink)
    {
        var page = sink.Take(branch.Pages * _pageSizeBytes);
        var count = branch.Children.Count;
        BboltPage.WriteHeader(page, branch.Page, BboltPage.BranchFlag, count, branch.Pages - 1);
        var data = BboltPage.HeaderBytes + (count * BboltPage.ElementBytes);
        for (var i = 0; i < count; i++)
        {
            var (child, leaf) = branch.Children[i];
            var key = bucket.FirstKey(leaf);
            var start = BboltPage.HeaderBytes + (i * BboltPage.ElementBytes);
            var element = page[start..];
            BinaryPrimitives.WriteInt32LittleEndian(element, data - start);
            BinaryPrimitives.WriteInt32LittleEndian(element[4..], key.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(element[8..], child);
            key.CopyTo(page[data..]);
            data += key.Length;
        }
    }

    private void WriteRoot(PageSink sink)
    {
        var page = sink.Take(_pageSizeBytes);
        BboltPage.WriteHeader(page, RootPage, BboltPage.LeafFlag, _buckets.Count, overflow: 0);
        var data = BboltPage.HeaderBytes + (_buckets.Count * BboltPage.ElementBytes);
        Span<byte> value = stackalloc byte[BboltPage.BucketValueBytes + BboltPage.HeaderBytes];
        for (var i = 0; i < _buckets.Count; i++)
        {
            value.Clear();
            BboltPage.WriteBucketValue(value, _buckets[i].RootPage);
            var sizeBytes = BboltPage.BucketValueBytes;
            if (_buckets[i].RootPage == 0)
            {
                // An empty bucket is an empty leaf within its value.
                BboltPage.WriteHeader(value[sizeBytes..], id: 0, BboltPage.LeafFlag, count: 0, overflow: 0);
                sizeBytes = value.Length;
            }

            data = WriteLeafElement(
                page, i, data, BboltPage.BucketElementFlag, BucketNames.Of(_buckets[i].Bucket), value[..sizeBytes]);
        }
    }
}
