using System.Runtime.InteropServices;
using Etcd.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.Wal.Files;

/// <summary>
/// Writes a file past the page cache. What the cache writes for a frame is whole pages, of 4 KiB at least, again for
/// each frame that shares them; this writes the sectors that the frame touches, which is a third to a fifth of it for
/// small frames, and takes a copy less. Used by one thread at a time.
/// <code>
///             sector      sector      sector
///           |-----------|-----------|-----------|
/// before    |ppppppppppp|pppp       |           |     p: earlier bytes; those of the last sector are kept in memory
/// write                 |pppp nnnnnn|nnn 0000000|     n: new bytes, 0: zeros
/// </code>
/// A sector that holds earlier bytes is written with the same bytes again; a disk writes a sector whole or not at all.
/// </summary>
internal sealed unsafe class DirectFile : IDisposable
{
    /// <summary>Larger units would cost more than the page cache does.</summary>
    private const int MaxAlignmentBytes = 4096;

    private const int InitialBytes = 64 << 10;

    /// <summary>A batch of a usual size keeps its buffer; a rare huge one gives it back.</summary>
    private const int KeepBytes = 4 << 20;

    private readonly SafeFileHandle _handle;
    private readonly int _alignment;
    private readonly byte[] _lastSector;
    private byte* _buffer;
    private int _capacity;
    private long _end = -1;

    private DirectFile(SafeFileHandle handle, int alignment)
    {
        _handle = handle;
        _alignment = alignment;
        _lastSector = new byte[alignment];
    }

    /// <summary>
    /// Opens a file for direct writes; null where its file system has none (tmpfs, for one) or does not tell what
    /// they need (Linux before 6.1).
    /// </summary>
    /// <param name="path">An existing file.</param>
    /// <param name="file">The same file, open.</param>
    public static DirectFile? TryOpen(string path, SafeFileHandle file) =>
        Libc.DirectAlignment(file) is { } alignment && alignment <= MaxAlignmentBytes
            && Libc.TryOpenDirect(path) is { } handle
            ? new DirectFile(handle, alignment)
            : null;

    /// <summary>Writes bytes, and zeros behind them up to the end of their last sector.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        var start = offset - (offset % _alignment);
        var head = (int)(offset - start);
        var size = Align(checked(head + bytes.Length));
        var buffer = Buffer(size);
        if (head > 0)
        {
            ReadHead(buffer[.._alignment], start, offset);
        }

        bytes.CopyTo(buffer[head..]);
        buffer[(head + bytes.Length)..].Clear();
        RandomAccess.Write(_handle, buffer, start);
        _end = offset + bytes.Length;
        buffer[^_alignment..].CopyTo(_lastSector);
        if (_capacity > KeepBytes)
        {
            Free();
        }
    }

    /// <summary>The file was changed by other means.</summary>
    public void Forget() => _end = -1;

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        Free();
    }

    /// <summary>What stands before the offset in its sector: of the last write, or of the file.</summary>
    private void ReadHead(Span<byte> sector, long start, long offset)
    {
        if (offset == _end)
        {
            _lastSector.CopyTo(sector);
            return;
        }

        sector.Clear();
        RandomAccess.Read(_handle, sector, start);
    }

    private Span<byte> Buffer(int size)
    {
        if (_capacity < size)
        {
            Free();
            var capacity = Math.Max(size, InitialBytes);
            _buffer = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, MaxAlignmentBytes);
            _capacity = capacity;
        }

        return new Span<byte>(_buffer, size);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_buffer);
        _buffer = null;
        _capacity = 0;
    }

    private int Align(int size) => checked(size + _alignment - 1) / _alignment * _alignment;
}
