namespace Etcd.Storage.Wal.Files;

/// <summary>An open log file. Used by one thread at a time. Every failure is an <see cref="IOException"/>.</summary>
internal interface IWalFile : IDisposable
{
    /// <summary>Full path, for messages.</summary>
    string Path { get; }

    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>
    /// What is best written at once: the unit of direct writes, a power of two from 512 to 4096; 512 where there are none.
    /// </summary>
    int UnitBytes { get; }

    /// <summary>Reads as many bytes as there are, at most the buffer's length; 0 at the end.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>
    /// Writes all bytes with one call where the system takes them all; past the page cache if offset, length and the
    /// place in memory are multiples of the unit.
    /// </summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes everything written durable.</summary>
    void SyncData();

    /// <summary>Reserves space and extends the file with zeros; false when the file system cannot.</summary>
    bool TryAllocate(long sizeBytes);

    /// <summary>Cuts or extends the file.</summary>
    void SetLength(long sizeBytes);
}
