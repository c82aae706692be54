using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Etcd.Storage.Wal.Files;

/// <summary>
/// Bytes that begin at a page of memory and stay there, as direct writes need them. A write of them through the page
/// cache that is cut short by a kill, which happens between two pages of memory, is cut between two sectors of the file.
/// Owned by one thread.
/// </summary>
internal sealed class PageBuffer
{
    private const int PageBytes = 4096;

    private byte[] _array = [];
    private int _start;

    /// <param name="sizeBytes">Initial size.</param>
    public PageBuffer(int sizeBytes) => Resize(sizeBytes);

    /// <summary>Size in bytes.</summary>
    public int SizeBytes { get; private set; }

    /// <summary>The bytes; valid until the size changes.</summary>
    public Span<byte> Span => _array.AsSpan(_start, SizeBytes);

    /// <summary>Changes the size and keeps what fits in it; what is new holds anything.</summary>
    public void Resize(int sizeBytes)
    {
        var kept = Span[..Math.Min(sizeBytes, SizeBytes)];
        var array = GC.AllocateUninitializedArray<byte>(checked(sizeBytes + PageBytes), pinned: true);
        var start = (int)(-Address(array) & (PageBytes - 1));
        kept.CopyTo(array.AsSpan(start));
        (_array, _start, SizeBytes) = (array, start, sizeBytes);
    }

    /// <summary>Where the bytes lie, which is of use for its alignment only unless they are pinned.</summary>
    public static unsafe nint Address(ReadOnlySpan<byte> bytes) =>
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
}
