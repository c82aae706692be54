namespace Etcd.StateMachine.Mvcc;

/// <summary>A compaction whose sweep is not finished, with the progress of the apply loop on it.</summary>
/// <param name="Sweep">What the waiting client sees.</param>
/// <param name="PreviousRevision">Compact revision before it, with which the hash is computed; null when the hash
/// must not be stored because the sweep before it was interrupted or unfinished.</param>
internal sealed record PendingSweep(CompactionSweep Sweep, long? PreviousRevision)
{
    /// <summary>The index as of the first step; null before it.</summary>
    public IndexNode? Root { get; set; }

    /// <summary>Where the index is to be compacted next; null at its start.</summary>
    public byte[]? IndexCursor { get; set; }

    /// <summary>True when the whole index is compacted.</summary>
    public bool IndexDone { get; set; }

    /// <summary>Row key to go on with, empty at the start.</summary>
    public byte[] RowCursor { get; set; } = [];

    /// <summary>Dead rows before <see cref="RowCursor"/> that are not in a batch yet.</summary>
    public DeadRows Dead { get; } = new();

    /// <summary>Hash over the rows so far.</summary>
    public RevisionHasher Hasher { get; set; }
}
