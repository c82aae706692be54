using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Etcd.Benchmarks.Load;
using Microsoft.Win32.SafeHandles;

namespace Etcd.Benchmarks.Limits;

/// <summary>What one sync for each batch of puts allows on a disk.</summary>
/// <param name="Batch">Puts that share a sync.</param>
/// <param name="P50Microseconds">Of an append with its sync.</param>
/// <param name="P99Microseconds">The same, the tail.</param>
/// <param name="PutsPerSecond">Puts made durable, one batch after another.</param>
internal sealed partial record SyncLimit(int Batch, double P50Microseconds, double P99Microseconds, double PutsPerSecond)
{
    // As a log does: the file has its length and its blocks before, and is begun anew when it is full.
    private const int FileBytes = 64 << 20;

    /// <summary>The batches that are measured.</summary>
    public static IReadOnlyList<int> Batches { get; } = [1, 10, 100, 1000];

    /// <summary>Appends and syncs for a while.</summary>
    public static SyncLimit Measure(string directory, int putBytes, int batch, TimeSpan duration)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, FormattableString.Invariant($"sync-{Environment.ProcessId}"));
        byte[] content = new byte[putBytes * batch];
        new Random(1).NextBytes(content);
        using SafeFileHandle file = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        Fill(file);
        var latency = new LatencyHistogram();
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        long offset = 0;
        do
        {
            long before = Stopwatch.GetTimestamp();
            offset = offset + content.Length > FileBytes ? 0 : offset;
            RandomAccess.Write(file, content, offset);
            Sync(file);
            offset += content.Length;
            latency.Record((long)Stopwatch.GetElapsedTime(before).TotalNanoseconds);
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < duration);
        return new SyncLimit(
            batch, latency.Quantile(0.5) / 1e3, latency.Quantile(0.99) / 1e3,
            latency.Count * batch / elapsed.TotalSeconds);
    }

    private static void Fill(SafeFileHandle file)
    {
        byte[] zeros = new byte[1 << 20];
        for (int offset = 0; offset < FileBytes; offset += zeros.Length)
        {
            RandomAccess.Write(file, zeros, offset);
        }

        Sync(file);
    }

    private static void Sync(SafeFileHandle file)
    {
        if (DataSync(file) != 0)
        {
            throw new IOException("fdatasync failed", new Win32Exception());
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);
}
