namespace Etcd.Raft;

/// <summary>The state machine's state up to an index (<c>raftpb.Snapshot</c>). Immutable.</summary>
/// <param name="Data">Opaque to the core; may be empty when the data travel separately. Never changed.</param>
/// <param name="Metadata">Where in the log the snapshot stands.</param>
public sealed record Snapshot(ReadOnlyMemory<byte> Data, SnapshotMetadata Metadata)
{
    /// <summary>The snapshot at index 0 that a fresh storage starts from.</summary>
    public static Snapshot Empty { get; } = new(default, new SnapshotMetadata(ConfState.Empty, Index: 0, Term: 0));

    /// <summary>True at index 0: there is nothing to restore.</summary>
    public bool IsEmpty => Metadata.Index == 0;
}
