using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Storage.Interop;

/// <summary>The system calls that .NET's file classes do not offer with the guarantees needed here.</summary>
internal static partial class Libc
{
    private const string Library = "libc";

    private const int OpenReadOnly = 0x0;
    private const int OpenReadWrite = 0x2;
    private const int OpenCreate = 0x40;
    private const int OpenCloseOnExec = 0x80000;

    private const int EmptyPath = 0x1000;
    private const uint StatDirectAlignment = 0x2000;
    private const int StatBytes = 256;
    private const int StatMemoryAlignmentOffset = 0x98;
    private const int StatOffsetAlignmentOffset = 0x9C;

    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    private const int Eintr = 4;
    private const int Eagain = 11;
    private const int Eopnotsupp = 95;

    /// <summary>Opens or creates a file for reading and writing, without .NET's own advisory lock.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenOrCreate(string path, int mode)
    {
        var descriptor = Retry(() => open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, mode));
        if (descriptor < 0)
        {
            throw LastError("open", path);
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Takes an exclusive lock on an open file; false when another open file holds it.</summary>
    public static bool TryLock(SafeFileHandle file, string path)
    {
        if (Retry(() => flock(file, LockExclusive | LockNonBlocking)) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Eagain ? false : throw LastError("lock", path);
    }

    /// <summary>Makes a file's data durable, and of its metadata what is needed to read the data.</summary>
    /// <exception cref="IOException">What has reached the disk is unknown.</exception>
    public static void SyncData(SafeFileHandle file, string path)
    {
        // Not repeated on EINTR either: after an error the kernel may have forgotten the dirty pages.
        if (fdatasync(file) != 0)
        {
            throw LastError("fdatasync", path);
        }
    }

    /// <summary>Makes created, renamed and deleted names of a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = Retry(() => open(path, OpenReadOnly | OpenCloseOnExec, 0));
        if (descriptor < 0)
        {
            throw LastError("open", path);
        }

        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        if (fsync(directory) != 0)
        {
            throw LastError("fsync", path);
        }
    }

    /// <summary>Reserves disk space; false when the file system cannot.</summary>
    /// <exception cref="IOException">The disk is full, or another error.</exception>
    public static bool TryAllocate(SafeFileHandle file, string path, long sizeBytes)
    {
        if (Retry(() => fallocate(file, 0, 0, sizeBytes)) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Eopnotsupp ? false : throw LastError("fallocate", path);
    }

    /// <summary>
    /// What offsets, sizes and addresses of direct reads and writes must be multiples of, in bytes; null where the
    /// file system has none or does not tell.
    /// </summary>
    public static int? DirectAlignment(SafeFileHandle file)
    {
        Span<byte> stat = stackalloc byte[StatBytes];
        stat.Clear();
        try
        {
            if (statx(file, "", EmptyPath, StatDirectAlignment, stat) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call.
            return null;
        }

        var memory = MemoryMarshal.Read<uint>(stat[StatMemoryAlignmentOffset..]);
        var offset = MemoryMarshal.Read<uint>(stat[StatOffsetAlignmentOffset..]);
        var isTold = (MemoryMarshal.Read<uint>(stat) & StatDirectAlignment) != 0 && memory > 0 && offset > 0;
        return isTold ? (int)Math.Min(Math.Max(memory, offset), int.MaxValue) : null;
    }

    /// <summary>Opens an existing file for direct reads and writes; null where that is refused.</summary>
    public static SafeFileHandle? TryOpenDirect(string path)
    {
        // Linux gives the flag another bit on ARM.
        var direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;
        var descriptor = Retry(() => open(path, OpenReadWrite | OpenCloseOnExec | direct, 0));
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static int Retry(Func<int> call)
    {
        int result;
        do
        {
            result = call();
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Eintr);

        return result;
    }

    private static IOException LastError(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(
        SafeFileHandle directory, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fallocate(SafeFileHandle file, int mode, long offset, long length);
}
