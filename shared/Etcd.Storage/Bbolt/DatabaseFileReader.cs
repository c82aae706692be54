using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Etcd.Ports.Engine;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.Bbolt;

/// <summary>
/// Reads etcd's database file: a member's <c>db</c>, or a snapshot with its hash behind. Everything is checked
/// before it is used, so that no file makes it loop, read outside the file or return rows out of order. Cursors of
/// one reader may be used by several threads, each by one at a time.
/// </summary>
public sealed class DatabaseFileReader : IDisposable
{
    private const int MinimumPageBytes = 1 << 10;
    private const int MaximumPageBytes = 16 << 20;

    private readonly SafeFileHandle _file;
    private readonly BboltPage.Meta _meta;

    private DatabaseFileReader(string path, SafeFileHandle file, BboltPage.Meta meta)
    {
        Path = path;
        _file = file;
        _meta = meta;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Size of a page in bytes.</summary>
    public int PageSizeBytes => (int)_meta.PageSizeBytes;

    /// <summary>Bytes in use; the file may be longer.</summary>
    public long SizeBytes => checked((long)_meta.PageCount * _meta.PageSizeBytes);

    internal ulong PageCount => _meta.PageCount;

    /// <summary>Opens a file.</summary>
    /// <exception cref="DatabaseFileException">It is no database file, or its meta pages are damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DatabaseFileReader Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        try
        {
            var meta = FindMeta(path, file);
            var length = RandomAccess.GetLength(file);
            if (meta.PageCount < 3 || meta.PageCount > (ulong)length / meta.PageSizeBytes)
            {
                throw new DatabaseFileException(path, string.Create(
                    CultureInfo.InvariantCulture,
                    $"it has {length} bytes, but should have {meta.PageCount} pages of {meta.PageSizeBytes} bytes"));
            }

            return new DatabaseFileReader(path, file, meta);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Checks the SHA-256 behind a snapshot file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<DatabaseFileHash> CheckHashAsync(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length % 512 != DatabaseFileWriter.HashBytes)
        {
            return DatabaseFileHash.Missing;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 << 10];
        var end = length - DatabaseFileWriter.HashBytes;
        for (long offset = 0; offset < end;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset));
            var count = await RandomAccess.ReadAsync(file, part, offset, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return DatabaseFileHash.Differs;
            }

            hash.AppendData(part.Span[..count]);
            offset += count;
        }

        var stored = buffer.AsMemory(0, DatabaseFileWriter.HashBytes);
        var read = await RandomAccess.ReadAsync(file, stored, end, cancellationToken).ConfigureAwait(false);
        return read == stored.Length && stored.Span.SequenceEqual(hash.GetHashAndReset())
            ? DatabaseFileHash.Matches
            : DatabaseFileHash.Differs;
    }

    /// <summary>Walks the rows of a bucket in byte order of their keys; none when the file has no such bucket.</summary>
    /// <exception cref="DatabaseFileException">The file is damaged; thrown by the cursor's moves too.</exception>
    public IKvCursor OpenBucket(Bucket bucket)
    {
        using var root = new DatabaseFileCursor(this, _meta.RootPage, yieldsBuckets: true);
        var name = BucketNames.Of(bucket);
        while (root.MoveNext())
        {
            if (!root.Key.SequenceEqual(name))
            {
                continue;
            }

            var value = root.Value;
            if (value.Length < BboltPage.BucketValueBytes)
            {
                throw Damaged($"bucket {bucket} has no header");
            }

            var page = BinaryPrimitives.ReadUInt64LittleEndian(value);
            return page == 0
                ? new DatabaseFileCursor(this, value[BboltPage.BucketValueBytes..].ToArray())
                : new DatabaseFileCursor(this, page, yieldsBuckets: false);
        }

        return new DatabaseFileCursor(this, EmptyPage());
    }

    /// <summary>Reads every row, so that a damaged file is known before anything is taken from it. O(size).</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Index of the last raft entry in the state; 0 when the file does not tell.</returns>
    /// <exception cref="DatabaseFileException">The file is damaged.</exception>
    public ulong CheckRows(CancellationToken cancellationToken)
    {
        ulong appliedIndex = 0;
        foreach (var bucket in BucketNames.InOrder)
        {
            using var rows = OpenBucket(bucket);
            while (rows.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (bucket == Bucket.Meta && rows.Value.Length == sizeof(ulong)
                    && rows.Key.SequenceEqual("consistent_index"u8))
                {
                    appliedIndex = BinaryPrimitives.ReadUInt64BigEndian(rows.Value);
                }
            }
        }

        return appliedIndex;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>A whole page with the pages that continue it, its header checked.</summary>
    internal byte[] ReadPage(ulong id)
    {
        Span<byte> start = stackalloc byte[BboltPage.HeaderBytes];
        if (id < 2 || id >= _meta.PageCount || !TryRead(start, id))
        {
            throw Damaged(string.Create(CultureInfo.InvariantCulture, $"page {id} is outside the file"));
        }

        var (storedId, _, _, overflow) = BboltPage.ReadHeader(start);
        var sizeBytes = (1 + (ulong)overflow) * _meta.PageSizeBytes;
        if (storedId != id || overflow >= _meta.PageCount - id || sizeBytes > (ulong)Array.MaxLength)
        {
            throw Damaged(string.Create(
                CultureInfo.InvariantCulture, $"page {id} says that it is page {storedId} and {overflow} more"));
        }

        var page = new byte[sizeBytes];
        return TryRead(page, id)
            ? page
            : throw Damaged(string.Create(CultureInfo.InvariantCulture, $"page {id} is cut"));
    }

    internal DatabaseFileException Damaged(string reason) => new(Path, reason);

    private static byte[] EmptyPage()
    {
        var page = new byte[BboltPage.HeaderBytes];
        BboltPage.WriteHeader(page, id: 0, BboltPage.LeafFlag, count: 0, overflow: 0);
        return page;
    }

    private static BboltPage.Meta FindMeta(string path, SafeFileHandle file)
    {
        var first = ReadMeta(file, 0);
        var second = first is { } known ? ReadMeta(file, known.PageSizeBytes) : null;

        // Without the first page's word for it, the page size is what makes the second one readable.
        for (var size = MinimumPageBytes; first is null && second is null && size <= MaximumPageBytes; size *= 2)
        {
            second = ReadMeta(file, size) is { } meta && meta.PageSizeBytes == size ? meta : null;
        }

        if (second is { } newer && (first is null || newer.TransactionId > first.Value.TransactionId))
        {
            first = newer;
        }

        return first ?? throw new DatabaseFileException(path, "neither of its two meta pages is valid");
    }

    private static BboltPage.Meta? ReadMeta(SafeFileHandle file, long offset)
    {
        var page = new byte[BboltPage.HeaderBytes + BboltPage.MetaBytes];
        if (RandomAccess.Read(file, page, offset) != page.Length || BboltPage.ReadMeta(page) is not { } meta)
        {
            return null;
        }

        var size = meta.PageSizeBytes;
        return size is >= MinimumPageBytes and <= MaximumPageBytes && (size & (size - 1)) == 0 ? meta : null;
    }

    private bool TryRead(Span<byte> buffer, ulong page)
    {
        var offset = (long)(page * _meta.PageSizeBytes);
        while (!buffer.IsEmpty)
        {
            var count = RandomAccess.Read(_file, buffer, offset);
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
            offset += count;
        }

        return true;
    }
}
