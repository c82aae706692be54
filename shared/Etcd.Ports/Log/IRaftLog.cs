namespace Etcd.Ports.Log;

/// <summary>
/// An open log. Owned by the log-writing thread; no member is thread-safe unless it says so.
/// Nothing appended is durable before <see cref="Sync"/> returns. Any I/O error is fatal: after one,
/// every later call throws, because what reached the disk is unknown.
/// </summary>
public interface IRaftLog : IDisposable
{
    /// <summary>Buffers entries. An index that exists already replaces it and everything after it.</summary>
    /// <param name="entries">Ascending by one; the first at most one above the last index.</param>
    void Append(ReadOnlySpan<LogEntry> entries);

    /// <summary>Buffers a hard state.</summary>
    void SaveHardState(LogHardState state);

    /// <summary>Buffers a marker; the next open may start after it.</summary>
    void SaveMarker(LogSnapshotMarker marker);

    /// <summary>Writes everything buffered with one write and makes it durable with one fsync.</summary>
    void Sync();

    /// <summary>Deletes the files that hold only entries at or below <paramref name="index"/>.</summary>
    /// <param name="index">At most the index of the newest durable marker.</param>
    void ReleaseThrough(ulong index);
}
