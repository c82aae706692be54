using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Etcd.Benchmarks.Servers;

/// <summary>How many files and sockets this process, and the servers that it starts, may have open.</summary>
internal static unsafe partial class OpenFileLimit
{
    private const int OpenFiles = 7;

    /// <summary>Raises the limit as far as is allowed without privilege.</summary>
    /// <returns>What it is now.</returns>
    public static long Raise()
    {
        Limit limit;
        if (Get(OpenFiles, &limit) != 0)
        {
            throw new Win32Exception();
        }

        if (limit.Soft < limit.Hard)
        {
            limit.Soft = limit.Hard;
            if (Set(OpenFiles, &limit) != 0)
            {
                throw new Win32Exception();
            }
        }

        return (long)Math.Min(limit.Soft, long.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int Get(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int Set(int resource, Limit* limit);

    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
