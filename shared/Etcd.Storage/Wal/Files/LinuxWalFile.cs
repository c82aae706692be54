using Etcd.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.Wal.Files;

/// <summary>A log file on disk.</summary>
internal sealed class LinuxWalFile(string path, SafeFileHandle handle) : IWalFile
{
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

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

    public void SyncData() => Libc.SyncData(handle, path);

    public bool TryAllocate(long sizeBytes) => Libc.TryAllocate(handle, path, sizeBytes);

    public void SetLength(long sizeBytes) => RandomAccess.SetLength(handle, sizeBytes);

    public void Dispose() => handle.Dispose();
}
