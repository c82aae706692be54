using System.Buffers.Binary;
using System.Globalization;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Storage.Bbolt;
using Etcd.Storage.Interop;
using Etcd.Storage.RocksDb;
using Etcd.Storage.Wal;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Import;

/// <summary>
/// Takes over a member directory that etcd, or <c>snapshot restore</c>, wrote: its database becomes the engine's
/// content, its log ours. A crash within leaves etcd's files as they were, or the import done; etcd's log is kept
/// as <c>wal.etcd</c>, its database stays where it is. Used by one thread, under the data directory's lock.
/// </summary>
public sealed class EtcdDataDirectory
{
    private readonly string _snapDirectory;
    private readonly string _walDirectory;

    /// <param name="snapDirectory"><c>member/snap</c>.</param>
    /// <param name="walDirectory"><c>member/wal</c>, or the dedicated one.</param>
    public EtcdDataDirectory(string snapDirectory, string walDirectory)
    {
        _snapDirectory = Path.GetFullPath(snapDirectory);
        _walDirectory = Path.GetFullPath(walDirectory);
    }

    private string DatabasePath => Path.Combine(_snapDirectory, "db");

    private string ImportedWal => _walDirectory + ".import";

    private string EtcdWal => _walDirectory + ".etcd";

    /// <summary>
    /// True when there is a log of etcd's that was not taken over yet. Completes an import that a crash
    /// interrupted between its last two steps.
    /// </summary>
    /// <exception cref="StorageException">The directory cannot be read or changed.</exception>
    public bool NeedsImport()
    {
        try
        {
            if (!Directory.Exists(_walDirectory) && Directory.Exists(EtcdWal) && Directory.Exists(ImportedWal))
            {
                Rename(ImportedWal, _walDirectory);
            }

            return EtcdLogReader.Segments(_walDirectory) is [var first, ..] && !IsOurs(first);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Takes the directory over, durable on return.</summary>
    /// <param name="engine">Its content is replaced.</param>
    /// <param name="options">How the new log is kept.</param>
    /// <param name="cancellationToken">Ends the copying; nothing is changed then.</param>
    /// <exception cref="StorageException">The files cannot be read, do not fit together, or the disk failed.</exception>
    /// <exception cref="LogCorruptException">etcd's log is damaged.</exception>
    /// <exception cref="DatabaseFileException">etcd's database is damaged.</exception>
    public void Import(RocksDbEngine engine, WalOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var log = EtcdLogReader.Read(_walDirectory);
            using (var database = DatabaseFileReader.Open(DatabasePath))
            {
                engine.Replace(database.OpenBucket, amend: null, cancellationToken);
            }

            var appliedIndex = AppliedIndex(engine);
            WriteLog(log, Marker(log, appliedIndex), options);
            if (Directory.Exists(EtcdWal))
            {
                Directory.Delete(EtcdWal, recursive: true);
            }

            Rename(_walDirectory, EtcdWal);
            Rename(ImportedWal, _walDirectory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(exception);
        }
    }

    private static ulong AppliedIndex(RocksDbEngine engine) =>
        engine.Get(Bucket.Meta, "consistent_index"u8) is { Length: sizeof(ulong) } value
            ? BinaryPrimitives.ReadUInt64BigEndian(value)
            : 0;

    private static bool IsOurs(string segment)
    {
        Span<byte> start = stackalloc byte[SegmentHeader.SizeBytes];
        using var file = File.OpenHandle(segment, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return SegmentHeader.IsOfAnyFormat(start[..RandomAccess.Read(file, start, 0)]);
    }

    private LogSnapshotMarker Marker(EtcdLog log, ulong appliedIndex)
    {
        var marker = log.Markers.LastOrDefault(candidate => candidate.Index <= appliedIndex);
        if (log.Entries.Count > 0 && log.Entries[0].Index > marker.Index + 1)
        {
            throw new StorageException(string.Create(
                CultureInfo.InvariantCulture,
                $"the log in {_walDirectory} begins with index {log.Entries[0].Index}, but the database " +
                $"{DatabasePath} reaches only to {appliedIndex}: the two are not of the same member or time"));
        }

        // Before release 3.5 the record had no configuration; the snapshot file has it.
        return marker is { Index: > 0, ConfState.IsEmpty: true }
            ? marker with { ConfState = ConfStateOf(marker) }
            : marker;
    }

    private byte[] ConfStateOf(LogSnapshotMarker marker)
    {
        var path = Path.Combine(_snapDirectory, string.Create(
            CultureInfo.InvariantCulture, $"{marker.Term:x16}-{marker.Index:x16}.snap"));
        var stored = Snappb.snapshot.Parser.ParseFrom(File.ReadAllBytes(path));
        if (stored.Crc != Crc32C.Append(0, stored.Data.Span))
        {
            throw new StorageException($"the snapshot file {path} is damaged: its checksum does not match");
        }

        return Google.Protobuf.MessageExtensions.ToByteArray(
            Raftpb.Snapshot.Parser.ParseFrom(stored.Data).Metadata.ConfState);
    }

    private void WriteLog(EtcdLog log, LogSnapshotMarker marker, WalOptions options)
    {
        if (Directory.Exists(ImportedWal))
        {
            Directory.Delete(ImportedWal, recursive: true);
        }

        using var copy = new SegmentedRaftLogStore(ImportedWal, options).Create(log.Metadata);
        if (marker.Index > 0)
        {
            copy.SaveMarker(marker);
        }

        copy.Append(log.Entries.SkipWhile(entry => entry.Index <= marker.Index).ToArray());
        copy.SaveHardState(log.HardState);
        copy.Sync();
    }

    private static void Rename(string from, string to)
    {
        Directory.Move(from, to);
        Libc.SyncDirectory(Path.GetDirectoryName(to)!);
    }

    private StorageException Failed(Exception exception) =>
        new($"cannot take over etcd's log in {_walDirectory}: {exception.Message}", exception);
}
