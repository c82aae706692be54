using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>Turns a spare file into a segment.</summary>
internal static class SegmentWriter
{
    /// <summary>
    /// Writes header and head frame, makes them durable, and only then gives the file its name, so that a named
    /// segment always has both.
    /// </summary>
    /// <param name="files">The log's directory.</param>
    /// <param name="spare">The file; owned by the result, disposed of on failure.</param>
    /// <param name="logId">The log's id.</param>
    /// <param name="name">Name of the segment.</param>
    /// <param name="previous">Where the segment before ends; the default for none.</param>
    /// <param name="metadata">The log's metadata.</param>
    /// <param name="hardState">Newest durable hard state.</param>
    /// <param name="markers">Durable markers still of use.</param>
    public static OpenSegment Begin(
        IWalFileSystem files,
        SpareSegment spare,
        ulong logId,
        SegmentName name,
        SegmentPosition previous,
        ReadOnlySpan<byte> metadata,
        LogHardState hardState,
        IReadOnlyCollection<LogSnapshotMarker> markers)
    {
        var file = spare.File;
        try
        {
            var header = new SegmentHeader(
                logId, name, file.UnitBytes, previous.Frame, previous.Offset, previous.RollingCrc);
            var unit = new PageBuffer(header.UnitBytes);
            header.Write(unit.Span);
            file.Write(unit.Span, 0);

            var head = new FrameBuilder();
            head.AddMetadata(metadata);
            head.AddHardState(hardState);
            foreach (var marker in markers)
            {
                head.AddMarker(marker, repeated: true);
            }

            var crc = previous.RollingCrc;
            var number = previous.Frame + 1;
            var frame = head.Complete(header, header.UnitBytes, number, ref crc);
            file.Write(frame, header.UnitBytes);
            file.SyncData();
            files.Rename(spare.Name, name.ToString());
            files.SyncDirectory();
            return new OpenSegment(
                Renamed(files, file, name),
                header,
                new SegmentPosition(header.UnitBytes + frame.Length, number, crc));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The same file under its new name, which messages are to show.</summary>
    private static IWalFile Renamed(IWalFileSystem files, IWalFile file, SegmentName name)
    {
        var renamed = files.Open(name.ToString());
        file.Dispose();
        return renamed;
    }
}
