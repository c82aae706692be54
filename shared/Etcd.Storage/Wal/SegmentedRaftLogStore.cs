using System.Globalization;
using System.Security.Cryptography;
using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>
/// A member's log as segment files in one directory (<c>member/wal</c>). Files there that are not named as segments
/// are left alone. Used by one thread at a time.
/// </summary>
public sealed class SegmentedRaftLogStore : IRaftLogStore
{
    private readonly IWalFileSystem _files;
    private readonly WalOptions _options;

    /// <param name="directory">The log's own directory; created with mode 0700 when missing.</param>
    /// <param name="options">How the log is kept.</param>
    public SegmentedRaftLogStore(string directory, WalOptions options)
        : this(new LinuxWalFileSystem(Path.GetFullPath(directory)), options)
    {
    }

    internal SegmentedRaftLogStore(IWalFileSystem files, WalOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SegmentSizeBytes, 4096);
        _files = files;
        _options = options;
    }

    /// <inheritdoc/>
    public bool Exists => Segments().Count > 0;

    /// <inheritdoc/>
    /// <exception cref="StorageException">The files cannot be created.</exception>
    public IRaftLog Create(ReadOnlyMemory<byte> metadata)
    {
        var spares = new SpareSegments(_files, _options);
        try
        {
            _files.CreateDirectory();
            if (Exists)
            {
                throw new InvalidOperationException($"a log exists already in {_files.DirectoryPath}");
            }

            var name = new SegmentName(Sequence: 0, FirstIndex: 1);
            var contents = new LogContents(
                metadata.ToArray(), default, [new LogSnapshotMarker(0, 0, default)], new TermRuns(0), [(name, 0)]);
            var open = SegmentWriter.Begin(
                _files,
                spares.Take(),
                logId: BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
                name,
                previous: default,
                contents.Metadata,
                contents.HardState,
                contents.Markers);
            return new SegmentedRaftLog(_files, _options, spares, contents, open);
        }
        catch (Exception exception)
        {
            spares.Dispose();
            throw exception is IOException ? Failed("create", exception) : exception;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no log.</exception>
    /// <exception cref="StorageException">The files cannot be read or repaired.</exception>
    public IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered)
    {
        var names = Segments();
        if (names.Count == 0)
        {
            throw new InvalidOperationException($"there is no log in {_files.DirectoryPath}");
        }

        try
        {
            return Open(names, appliedIndex, out recovered);
        }
        catch (IOException exception)
        {
            throw Failed("open", exception);
        }
    }

    private SegmentedRaftLog Open(List<SegmentName> names, ulong appliedIndex, out RecoveredLog recovered)
    {
        SpareSegments.DeleteAll(_files);
        var replay = new LogReplay(appliedIndex);
        var segments = new List<(SegmentName Name, ulong MaxIndex)>();
        var file = _files.Open(names[0].ToString());
        try
        {
            var firstPath = file.Path;
            var header = SegmentReader.ReadHeader(file, names[0]);
            for (var i = 0; ; i++)
            {
                replay.BeginSegment(names[i], isFirst: i == 0);
                var reader = new SegmentReader(file, header);
                ReadFrames(reader, replay, file.Path);
                segments.Add((names[i], replay.SegmentMaxIndex));
                if (i == names.Count - 1)
                {
                    recovered = replay.Finish(firstPath);
                    Repair(file, reader);
                    return Continue(file, header, reader.Position, replay, recovered, segments);
                }

                var next = _files.Open(names[i + 1].ToString());
                header = CheckNext(next, names[i], names[i + 1], reader);
                file.Dispose();
                file = next;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void ReadFrames(SegmentReader reader, LogReplay replay, string path)
    {
        var head = reader.Position.Offset;
        var offset = head;
        while (reader.ReadFrame() is { } records)
        {
            replay.Add(records, path, offset);
            offset = reader.Position.Offset;
        }

        // The head frame was durable before the segment got its name.
        if (offset == head)
        {
            throw new LogCorruptException(path, offset, "the segment's first frame is damaged");
        }
    }

    private static SegmentHeader CheckNext(IWalFile next, SegmentName name, SegmentName nextName, SegmentReader reader)
    {
        try
        {
            var header = SegmentReader.ReadHeader(next, nextName);
            if (nextName.Sequence != name.Sequence + 1)
            {
                throw new LogCorruptException(next.Path, 0, string.Create(
                    CultureInfo.InvariantCulture, $"segment {name.Sequence + 1} before it is missing"));
            }

            reader.CheckEnd(header);
            return header;
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    /// <summary>Removes what a crash left behind the last frame, durably, before anything is appended.</summary>
    private void Repair(IWalFile file, SegmentReader reader)
    {
        var isClean = !reader.CheckTail();
        if (isClean && file.Length >= _options.SegmentSizeBytes)
        {
            return;
        }

        var offset = reader.Position.Offset;
        file.EndInZeros(offset, Math.Max(_options.SegmentSizeBytes, offset));
    }

    private SegmentedRaftLog Continue(
        IWalFile file,
        SegmentHeader header,
        SegmentPosition position,
        LogReplay replay,
        RecoveredLog recovered,
        List<(SegmentName Name, ulong MaxIndex)> segments)
    {
        var contents = new LogContents(
            recovered.Metadata.ToArray(), recovered.HardState, replay.Markers.ToArray(), replay.Terms, segments);
        var spares = new SpareSegments(_files, _options);
        return new SegmentedRaftLog(_files, _options, spares, contents, new OpenSegment(file, header, position));
    }

    private List<SegmentName> Segments()
    {
        var names = new List<SegmentName>();
        foreach (var file in _files.List())
        {
            if (SegmentName.TryParse(file, out var name))
            {
                names.Add(name);
            }
        }

        names.Sort((left, right) => left.Sequence.CompareTo(right.Sequence));
        return names;
    }

    private StorageException Failed(string what, Exception exception) =>
        new($"cannot {what} the log in {_files.DirectoryPath}: {exception.Message}", exception);
}
