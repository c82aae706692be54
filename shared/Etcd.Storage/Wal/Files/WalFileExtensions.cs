namespace Etcd.Storage.Wal.Files;

/// <summary>What segments need of a file beyond single calls.</summary>
internal static class WalFileExtensions
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Small steps, so that the log's own fsync never waits behind a whole segment of zeros.</summary>
    private const int SyncEveryBytes = 4 << 20;

    /// <summary>
    /// Makes a file end in zeros, with their space reserved, durably. Reserved blocks show zeros without being
    /// written; where the file system cannot reserve, zeros are written.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="from">What lies at and behind this offset is given up.</param>
    /// <param name="end">The file's length afterwards.</param>
    /// <param name="cancellationToken">Ends it early, with the file shorter.</param>
    public static void EndInZeros(this IWalFile file, long from, long end, CancellationToken cancellationToken = default)
    {
        file.SetLength(from);
        if (!file.TryAllocate(end))
        {
            WriteZeros(file, from, end, cancellationToken);
        }

        file.SyncData();
    }

    private static void WriteZeros(IWalFile file, long from, long end, CancellationToken cancellationToken)
    {
        var zeros = new byte[Math.Min(ChunkBytes, end - from)];
        long unsynced = 0;
        for (var offset = from; offset < end && !cancellationToken.IsCancellationRequested; offset += zeros.Length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, end - offset)), offset);
            unsynced += zeros.Length;
            if (unsynced >= SyncEveryBytes)
            {
                file.SyncData();
                unsynced = 0;
            }
        }
    }
}
