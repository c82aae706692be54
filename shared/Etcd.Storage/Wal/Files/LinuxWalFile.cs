using Etcd.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.Wal.Files;

/// <summary>A log file on disk; written directly where its file system can, read through the page cache.</summary>
internal sealed class LinuxWalFile(string path, SafeFileHandle handle) : IWalFile
{
    private DirectFile? _direct;
    private bool _isWritten;

    public string Path => path;

    public long Length => RandomAccess.GetLength(handle);

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
        if (!_isWritten)
        {
            _isWritten = true;
            _direct = DirectFile.TryOpen(path, handle);
        }

        if (_direct is { } direct)
        {
            direct.Write(bytes, offset);
        }
        else
        {
            RandomAccess.Write(handle, bytes, offset);
        }
    }

    public void SyncData() => Libc.SyncData(handle, path);

    public bool TryAllocate(long sizeBytes) => Libc.TryAllocate(handle, path, sizeBytes);

    public void SetLength(long sizeBytes)
    {
        RandomAccess.SetLength(handle, sizeBytes);
        _direct?.Forget();
    }

    public void Dispose()
    {
        _direct?.Dispose();
        handle.Dispose();
    }
}
