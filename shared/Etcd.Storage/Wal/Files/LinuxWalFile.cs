using Etcd.Storage.Interop;
using Etcd.Storage.Wal.Format;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.Wal.Files;

/// <summary>
/// A log file on disk, read through the page cache and written past it where the file system can: what the cache writes
/// for a small frame is whole pages, again for each frame that shares them.
/// </summary>
internal sealed class LinuxWalFile(string path, SafeFileHandle handle) : IWalFile
{
    private SafeFileHandle? _direct;
    private int _unitBytes;

    public string Path => path;

    public long Length => RandomAccess.GetLength(handle);

    public int UnitBytes
    {
        get
        {
            if (_unitBytes == 0)
            {
                OpenDirect();
            }

            return _unitBytes;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var count = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        var isAligned = ((offset | (long)bytes.Length | PageBuffer.Address(bytes)) & (UnitBytes - 1)) == 0;
        RandomAccess.Write(isAligned ? _direct ?? handle : handle, bytes, offset);
    }

    public void SyncData() => Libc.SyncData(handle, path);

    public bool TryAllocate(long sizeBytes) => Libc.TryAllocate(handle, path, sizeBytes);

    public void SetLength(long sizeBytes) => RandomAccess.SetLength(handle, sizeBytes);

    public void Dispose()
    {
        _direct?.Dispose();
        handle.Dispose();
    }

    /// <summary>There is no direct handle where the file system has none (tmpfs, for one) or does not tell what it needs
    /// (Linux before 6.1).</summary>
    private void OpenDirect()
    {
        _unitBytes = SectorHeader.SectorBytes;
        if (Libc.DirectAlignment(handle) is { } alignment && alignment <= SegmentHeader.MaxUnitBytes
            && Libc.TryOpenDirect(path) is { } direct)
        {
            _direct = direct;
            _unitBytes = Math.Max(_unitBytes, alignment);
        }
    }
}
