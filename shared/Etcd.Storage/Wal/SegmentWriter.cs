using Etcd.Ports.Log;
using Etcd.Storage.Wal.Files;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>Turns a prepared file into a segment.</summary>
internal static class SegmentWriter
{
    /// <summary>
    /// Writes header and head frame, makes them durable, and only then gives the file its name, so that a named
    /// segment always has both.
    /// </summary>
    /// <param name="files">The log's directory.</param>
    /// <param name="file">The prepared file; owned by the result, disposed of on failure.</param>
    /// <param name="header">The segment's header.</param>
    /// <param name="metadata">The log's metadata.</param>
    /// <param name="hardState">Newest durable hard state.</param>
    /// <param name="markers">Durable markers still of use.</param>
    public static OpenSegment Begin(
        IWalFileSystem files,
        IWalFile file,
        SegmentHeader header,
        ReadOnlySpan<byte> metadata,
        LogHardState hardState,
        IReadOnlyCollection<LogSnapshotMarker> markers)
    {
        try
        {
            var head = new FrameBuilder();
            head.AddMetadata(metadata);
            head.AddHardState(hardState);
            foreach (var marker in markers)
            {
                head.AddMarker(marker, repeated: true);
            }

            var bytes = new byte[SegmentHeader.SizeBytes + head.FrameBytes];
            header.Write(bytes);
            var crc = header.PreviousCrc;
            var number = header.PreviousFrame + 1;
            head.Complete(header, SegmentHeader.SizeBytes, number, ref crc)
                .CopyTo(bytes.AsSpan(SegmentHeader.SizeBytes));
            file.Write(bytes, 0);
            file.SyncData();
            files.Rename(SegmentPreparer.PreparedName, header.Name.ToString());
            files.SyncDirectory();
            return new OpenSegment(
                Renamed(files, file, header.Name), header, new SegmentPosition(bytes.Length, number, crc));
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
