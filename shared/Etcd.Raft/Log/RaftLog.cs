namespace Etcd.Raft;

/// <summary>
/// The member's whole log: storage up to <see cref="UnstableLog.Offset"/>, the unstable tail from there, and the marks
/// <c>applied ≤ applying ≤ committed ≤ last</c>.
/// </summary>
internal sealed partial class RaftLog
{
    private readonly IRaftStorage _storage;
    private readonly CoreLogger _log;

    // Committed entries handed out for applying and not acknowledged: their size, its limit, and whether to wait.
    private readonly ulong _maxApplyingSize;
    private ulong _applyingSize;
    private bool _applyingPaused;

    public RaftLog(IRaftStorage storage, ulong maxApplyingSize, CoreLogger log)
    {
        _storage = storage;
        _log = log;
        _maxApplyingSize = maxApplyingSize;
        Unstable = new UnstableLog(storage.LastIndex + 1, log);
        Committed = Applying = Applied = storage.FirstIndex - 1;
    }

    public UnstableLog Unstable { get; }

    /// <summary>Highest index known to be durable on a quorum.</summary>
    public ulong Committed { get; private set; }

    /// <summary>Highest index handed out for applying.</summary>
    public ulong Applying { get; private set; }

    /// <summary>Highest index acknowledged as applied.</summary>
    public ulong Applied { get; private set; }

    public ulong FirstIndex =>
        Unstable.Snapshot is Snapshot snapshot ? snapshot.Metadata.Index + 1 : _storage.FirstIndex;

    public ulong LastIndex => Unstable.TryGetLastIndex(out ulong index) ? index : _storage.LastIndex;

    public EntryId LastEntryId
    {
        get
        {
            ulong index = LastIndex;
            return Term(index, out ulong term) == StorageStatus.Ok
                ? new EntryId(term, index)
                : throw new RaftInvariantException($"the term of the last entry {index} is not available: {this}");
        }
    }

    /// <summary>
    /// A snapshot was received and is not restored yet; nothing can be applied and no election be run.
    /// </summary>
    public bool HasPendingSnapshot => Unstable.Snapshot is not null;

    /// <summary>Committed entries are waiting to be handed out.</summary>
    public bool HasNextCommitted => !_applyingPaused && !HasPendingSnapshot && Applying < MaxAppliable;

    // Only what is durable here may be applied, or a crash could leave the state ahead of the log.
    private ulong MaxAppliable => Math.Min(Committed, Unstable.Offset - 1);

    /// <summary>
    /// Term at an index from <see cref="FirstIndex"/> - 1 to <see cref="LastIndex"/>. The unstable part is asked first:
    /// that is where the hot path looks.
    /// </summary>
    public StorageStatus Term(ulong index, out ulong term)
    {
        if (Unstable.TryGetTerm(index, out term))
        {
            return StorageStatus.Ok;
        }

        if (index + 1 < FirstIndex)
        {
            return StorageStatus.Compacted;
        }

        return index > LastIndex ? StorageStatus.Unavailable : _storage.Term(index, out term);
    }

    /// <summary>The term at an index, or 0 when it is not known.</summary>
    public ulong TermOrZero(ulong index) => Term(index, out ulong term) == StorageStatus.Ok ? term : 0;

    public bool Matches(EntryId id) => Term(id.Index, out ulong term) == StorageStatus.Ok && term == id.Term;

    /// <summary>A log ending in <paramref name="other"/> may lead this one (thesis, section 3.6.1).</summary>
    public bool IsUpToDate(EntryId other)
    {
        EntryId own = LastEntryId;
        return other.Term > own.Term || (other.Term == own.Term && other.Index >= own.Index);
    }

    /// <summary>The newest snapshot, received or stored; null when none is ready.</summary>
    public Snapshot? Snapshot() => Unstable.Snapshot ?? _storage.Snapshot();

    /// <summary>
    /// Appends a leader's entries behind <paramref name="previous"/> if the logs agree there, and takes its commit
    /// index as far as the two logs are now known to agree.
    /// </summary>
    /// <param name="previous">Just before the first entry.</param>
    /// <param name="entries">Contiguous from previous.Index + 1; may be empty.</param>
    /// <param name="commit">The leader's commit index.</param>
    /// <param name="lastNew">Index of the last of these entries.</param>
    /// <returns>False, without effect, when the logs differ at <paramref name="previous"/>.</returns>
    public bool TryAppend(EntryId previous, EntryList entries, ulong commit, out ulong lastNew)
    {
        lastNew = 0;
        if (!Matches(previous))
        {
            return false;
        }

        lastNew = previous.Index + (ulong)entries.Length;
        ulong conflict = FindConflict(entries.Span);
        if (conflict != 0)
        {
            if (conflict <= Committed)
            {
                throw new RaftInvariantException(
                    $"entry {conflict} of term {entries[(int)(conflict - previous.Index - 1)].Term} conflicts with a"
                    + $" committed entry of term {TermOrZero(conflict)}: {this}");
            }

            Unstable.TruncateAndAppend(entries.Span[(int)(conflict - previous.Index - 1)..]);
        }

        CommitTo(Math.Min(commit, lastNew));
        return true;
    }

    /// <summary>Appends the leader's own proposals, giving them <paramref name="term"/> and their indexes.</summary>
    public void AppendOwn(ReadOnlySpan<Entry> proposals, ulong term)
    {
        EnsureUnstableAtEnd();
        Unstable.AppendStamped(proposals, term);
    }

    /// <summary>Appends entries as they are, at the end of the log.</summary>
    public void AppendAtEnd(ReadOnlySpan<Entry> entries)
    {
        EnsureUnstableAtEnd();
        Unstable.TruncateAndAppend(entries);
    }

    /// <summary>
    /// The highest index up to <paramref name="index"/> at which another log, known to hold <paramref name="term"/>
    /// there, may agree with this one: the first one downwards with a term not above it, or with an unknown term.
    /// </summary>
    public EntryId FindConflictByTerm(ulong index, ulong term)
    {
        for (; index > 0; index--)
        {
            if (Term(index, out ulong own) != StorageStatus.Ok)
            {
                return new EntryId(0, index);
            }

            if (own <= term)
            {
                return new EntryId(own, index);
            }
        }

        return default;
    }

    /// <summary>Raises the commit index; never lowers it.</summary>
    public void CommitTo(ulong index)
    {
        if (index <= Committed)
        {
            return;
        }

        if (index > LastIndex)
        {
            throw new RaftInvariantException(
                $"commit index {index} is beyond the last index {LastIndex}: was the log lost or cut? {this}");
        }

        Committed = index;
    }

    /// <summary>Commits up to an entry if this log holds exactly it.</summary>
    public bool TryCommit(EntryId id)
    {
        if (id.Term == 0 || id.Index <= Committed || !Matches(id))
        {
            return false;
        }

        CommitTo(id.Index);
        return true;
    }

    /// <summary>Starts over from a received snapshot.</summary>
    public void Restore(Snapshot snapshot)
    {
        _log.Write(
            RaftLogLevel.Info,
            $"log ({this}) restores snapshot {snapshot.Metadata.Term}/{snapshot.Metadata.Index}");
        Committed = snapshot.Metadata.Index;
        Unstable.Restore(snapshot);
    }

    /// <summary>
    /// Takes the commit index and applied index that were durable at start. What was compacted or applied was
    /// committed, and the stored commit index may lag behind either.
    /// </summary>
    /// <remarks>
    /// Differs from etcd, which refuses to start then: a commit index that moves alone need not be synced, whereas the
    /// state and the compaction point are.
    /// </remarks>
    public void Load(ulong commit, ulong applied)
    {
        CommitTo(Math.Max(commit, applied));
        if (applied > 0)
        {
            AppliedTo(applied, size: 0);
        }
    }

    /// <summary>Declares the entries of a new cluster's first configuration committed.</summary>
    public void CommitBootstrap() => CommitTo(LastIndex);

    public override string ToString() =>
        $"committed={Committed} applying={Applying} applied={Applied} first={FirstIndex} last={LastIndex}"
        + $" unstable=[{Unstable.Offset}, {Unstable.OffsetInProgress}, {Unstable.Offset + (ulong)Unstable.Count})";

    // The first entry that this log lacks or holds differently; 0 when it holds them all.
    private ulong FindConflict(ReadOnlySpan<Entry> entries)
    {
        foreach (ref readonly Entry entry in entries)
        {
            if (!Matches(new EntryId(entry.Term, entry.Index)))
            {
                if (entry.Index <= LastIndex)
                {
                    _log.Write(
                        RaftLogLevel.Info,
                        $"conflict at {entry.Index}: term {TermOrZero(entry.Index)} here, {entry.Term} at the leader");
                }

                return entry.Index;
            }
        }

        return 0;
    }

    private void EnsureUnstableAtEnd()
    {
        ulong end = Unstable.Offset + (ulong)Unstable.Count;
        if (end != LastIndex + 1)
        {
            throw new RaftInvariantException($"the unstable log ends at {end}, not behind the last index: {this}");
        }
    }
}
