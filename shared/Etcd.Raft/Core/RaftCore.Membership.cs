namespace Etcd.Raft;

/// <summary>Membership: bootstrap, conf changes, and restoring from snapshots.</summary>
internal sealed partial class RaftCore
{
    // Conf changes up to here are part of the configuration this member started or was restored with.
    private ulong _restoredIndex;

    public void Bootstrap(ReadOnlySpan<BootstrapPeer> peers)
    {
        if (peers.IsEmpty)
        {
            throw new ArgumentException("a cluster needs at least one member", nameof(peers));
        }

        if (_config.Storage.LastIndex != 0 || Log.LastIndex != 0)
        {
            throw new InvalidOperationException($"only an empty log can be bootstrapped: {Log}");
        }

        BecomeFollower(1, RaftIds.None);
        Entry[] entries = new Entry[peers.Length];
        for (int i = 0; i < peers.Length; i++)
        {
            entries[i] = new Entry(EntryType.ConfChange, Term, (ulong)i + 1, peers[i].ConfChangeData);
        }

        Log.AppendAtEnd(entries);
        Log.CommitBootstrap();

        // In force at once, so that an election can be held; applying the entries adds the same members again.
        foreach (ref readonly BootstrapPeer peer in peers)
        {
            Apply(new ConfChange(0, ConfChangeType.AddNode, peer.NodeId, default).AsV2());
        }
    }

    /// <remarks>
    /// A snapshot can overtake entries that are being applied: its configuration is in force from the moment the
    /// message arrives, and conf changes below it are then part of that.
    /// </remarks>
    public ConfState ApplyConfChange(ulong index, ConfChangeV2 change)
    {
        if (index > _restoredIndex)
        {
            Apply(change);
        }
        else
        {
            _log.Write(RaftLogLevel.Info, $"{Id:x} skips the conf change at {index}: restored up to {_restoredIndex}");
        }

        return Tracker.Config.ToConfState();
    }

    private void Apply(ConfChangeV2 change)
    {
        ConfChanger changer = new(Tracker, Log.LastIndex);
        if (changer.Apply(change) is string refused)
        {
            throw new RaftInvariantException(
                $"conf change ({change}) cannot be applied to {Tracker.Config}: {refused}");
        }

        SwitchTo(changer.Config, changer.Progress);
    }

    private void SwitchTo(MemberConfig config, ProgressMap progress)
    {
        Tracker.Switch(config, progress);
        _log.Write(RaftLogLevel.Info, $"{Id:x} switched to configuration {config}");
        Progress? own = progress[Id];
        if (Role != RaftRole.Leader)
        {
            return;
        }

        if (own is null or { IsLearner: true })
        {
            if (_config.StepDownOnRemoval)
            {
                BecomeFollower(Term, RaftIds.None);
            }

            return;
        }

        if (TryCommit())
        {
            // The new quorum is satisfied by what is there already.
            ReleasePostponedReads();
            BroadcastAppend();
        }
        else
        {
            // New members need not wait for the next heartbeat or proposal.
            foreach (Progress peer in progress)
            {
                if (peer.Id != Id)
                {
                    TrySendAppend(peer, sendIfEmpty: false);
                }
            }
        }

        AnswerConfirmedReads();
        if (LeadTransferee != RaftIds.None && !config.Voters.Contains(LeadTransferee))
        {
            AbortLeaderTransfer();
        }
    }

    /// <summary>Takes over a snapshot's log position and membership; the state machine restores it meanwhile.</summary>
    /// <returns>False when the log holds all of it already, or it is not for this member.</returns>
    private bool TryRestore(Snapshot snapshot)
    {
        SnapshotMetadata metadata = snapshot.Metadata;
        if (metadata.Index <= Log.Committed)
        {
            return false;
        }

        if (Role != RaftRole.Follower)
        {
            throw new RaftInvariantException($"snapshot {metadata.Term}/{metadata.Index} for a {Role}: {Log}");
        }

        ConfState state = metadata.ConfState;
        if (!Contains(state.Voters) && !Contains(state.Learners) && !Contains(state.VotersOutgoing))
        {
            _log.Write(RaftLogLevel.Warning, $"{Id:x} is not in the snapshot's configuration {state}");
            return false;
        }

        if (Log.Matches(new EntryId(metadata.Term, metadata.Index)))
        {
            // The entries are all here, so the snapshot only tells that they are committed.
            Log.CommitTo(metadata.Index);
            return false;
        }

        Log.Restore(snapshot);
        _restoredIndex = metadata.Index;
        Tracker = NewTracker();
        ConfRestore.Restore(Tracker, state, Log.LastIndex);
        SwitchTo(Tracker.Config, Tracker.Progress);
        return true;
    }

    private bool Contains(ulong[] ascendingIds) => Array.BinarySearch(ascendingIds, Id) >= 0;
}
