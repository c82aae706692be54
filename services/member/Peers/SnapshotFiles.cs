using System.Diagnostics;
using System.Globalization;
using Etcd.Storage.Bbolt;

namespace Etcd.Member.Peers;

/// <summary>Database files received from other members, until they are installed (etcd's <c>snap/db.go</c>).</summary>
internal sealed class SnapshotFiles
{
    private const string Suffix = ".snap.db";
    private const string TemporaryPrefix = "tmp";

    private readonly string _directory;

    /// <summary>Uses a directory, which exists.</summary>
    public SnapshotFiles(string directory) => _directory = directory;

    /// <summary>The file of a state at an index; it need not exist.</summary>
    public string PathOf(ulong index) =>
        Path.Combine(_directory, index.ToString("x16", CultureInfo.InvariantCulture) + Suffix);

    /// <summary>A new file of a name that a restart removes.</summary>
    public string TemporaryPath() => Path.Combine(_directory, $"{TemporaryPrefix}{Guid.NewGuid():N}{Suffix}");

    /// <summary>Removes what a crash left half-written.</summary>
    public void RemoveTemporary()
    {
        foreach (var file in Directory.GetFiles(_directory, TemporaryPrefix + "*"))
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// Stores a received file, durable on return; its bytes, and how long the disk took for them. Nothing but a whole
    /// state at the index is stored: raft would make this member install whatever lies there. Differs from etcd: it
    /// counts the bytes only, and panics when it opens the file.
    /// </summary>
    /// <exception cref="DatabaseFileException">It is something else.</exception>
    public async Task<(long SizeBytes, TimeSpan Fsync)> SaveAsync(
        Stream source, ulong index, CancellationToken cancellationToken)
    {
        var temporary = TemporaryPath();
        try
        {
            long length;
            TimeSpan fsync;
            var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20,
                useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                await source.CopyToAsync(file, 1 << 20, cancellationToken).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
                var start = Stopwatch.GetTimestamp();
                file.Flush(flushToDisk: true);
                fsync = Stopwatch.GetElapsedTime(start);
                length = file.Length;
            }

            RequireState(temporary, index, cancellationToken);
            File.Move(temporary, PathOf(index), overwrite: true);
            return (length, fsync);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void RequireState(string file, ulong index, CancellationToken cancellationToken)
    {
        using var reader = DatabaseFileReader.Open(file);
        var applied = reader.CheckRows(cancellationToken);
        if (applied != index)
        {
            throw new DatabaseFileException(file, string.Create(
                CultureInfo.InvariantCulture, $"it holds a state at {applied}, not at {index}"));
        }
    }

    /// <summary>Removes the files of states up to an index.</summary>
    public void RemoveThrough(ulong index)
    {
        foreach (var file in Directory.GetFiles(_directory, "*" + Suffix))
        {
            var name = Path.GetFileName(file)[..^Suffix.Length];
            if (ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var of)
                && of <= index)
            {
                File.Delete(file);
            }
        }
    }
}
