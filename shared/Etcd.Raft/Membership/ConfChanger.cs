namespace Etcd.Raft;

/// <summary>
/// Computes the configuration that follows from the present one and a change, and refuses what would be unsafe. Never
/// touches its input: the result is a new configuration and a new progress map. Used once.
/// </summary>
/// <remarks>Voter changes always go to the incoming half; the outgoing half only keeps what was in force
/// before.</remarks>
internal sealed class ConfChanger
{
    private readonly ProgressTracker _tracker;
    private readonly ulong _lastIndex;
    private readonly SortedSet<ulong> _incoming;
    private readonly SortedSet<ulong> _outgoing;
    private readonly SortedSet<ulong> _learners;
    private readonly SortedSet<ulong> _learnersNext;
    private bool _autoLeave;

    /// <param name="tracker">The configuration to start from; not changed.</param>
    /// <param name="lastIndex">Last index of the log, where the probing of new members starts.</param>
    public ConfChanger(ProgressTracker tracker, ulong lastIndex)
    {
        _tracker = tracker;
        _lastIndex = lastIndex;
        MemberConfig config = tracker.Config;
        _incoming = [.. config.Voters.Incoming.Ids];
        _outgoing = [.. config.Voters.Outgoing.Ids];
        _learners = [.. config.Learners];
        _learnersNext = [.. config.LearnersNext];
        _autoLeave = config.AutoLeave;
        Progress = tracker.Progress.Clone();
    }

    /// <summary>The resulting configuration, once a change returned null.</summary>
    public MemberConfig Config => new(
        new JointQuorum(new MajorityQuorum(ToArray(_incoming)), new MajorityQuorum(ToArray(_outgoing))),
        ToArray(_learners),
        ToArray(_learnersNext),
        _autoLeave);

    /// <summary>The resulting progress map, once a change returned null.</summary>
    public ProgressMap Progress { get; }

    /// <summary>Runs whichever protocol the change asks for.</summary>
    /// <returns>Null when it is done, otherwise why it is refused.</returns>
    public string? Apply(ConfChangeV2 change)
    {
        if (change.LeavesJoint)
        {
            return LeaveJoint();
        }

        return change.EntersJoint(out bool autoLeave)
            ? EnterJoint(autoLeave, change.Changes)
            : Simple(change.Changes);
    }

    /// <summary>Copies the voters to the outgoing half, then changes the incoming one.</summary>
    public string? EnterJoint(bool autoLeave, IReadOnlyList<ConfChangeSingle> changes)
    {
        if (CheckInvariants() is string broken)
        {
            return broken;
        }

        if (_outgoing.Count > 0)
        {
            return "config is already joint";
        }

        if (_incoming.Count == 0)
        {
            return "can't make a zero-voter config joint";
        }

        _outgoing.UnionWith(_incoming);
        if (ApplyAll(changes) is string refused)
        {
            return refused;
        }

        _autoLeave = autoLeave;
        return CheckInvariants();
    }

    /// <summary>Drops the outgoing half; outgoing voters that were to become learners become learners.</summary>
    public string? LeaveJoint()
    {
        if (CheckInvariants() is string broken)
        {
            return broken;
        }

        if (_outgoing.Count == 0)
        {
            return "can't leave a non-joint config";
        }

        foreach (ulong id in _learnersNext)
        {
            _learners.Add(id);
            Progress[id]!.IsLearner = true; // CheckInvariants found a progress for each of them.
        }

        _learnersNext.Clear();
        foreach (ulong id in _outgoing)
        {
            if (!_incoming.Contains(id) && !_learners.Contains(id))
            {
                Progress.Remove(id);
            }
        }

        _outgoing.Clear();
        _autoLeave = false;
        return CheckInvariants();
    }

    /// <summary>Changes at most one voter, which is safe without a joint configuration.</summary>
    public string? Simple(IReadOnlyList<ConfChangeSingle> changes)
    {
        if (CheckInvariants() is string broken)
        {
            return broken;
        }

        if (_outgoing.Count > 0)
        {
            return "can't apply simple config change in joint config";
        }

        if (ApplyAll(changes) is string refused)
        {
            return refused;
        }

        SortedSet<ulong> changed = [.. _tracker.Config.Voters.Incoming.Ids];
        changed.SymmetricExceptWith(_incoming);
        return changed.Count > 1 ? "more than one voter changed without entering joint config" : CheckInvariants();
    }

    private string? ApplyAll(IReadOnlyList<ConfChangeSingle> changes)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            ConfChangeSingle change = changes[i];
            if (change.NodeId == RaftIds.None)
            {
                // The application voids a change it does not want by clearing the id.
                continue;
            }

            switch (change.Type)
            {
                case ConfChangeType.AddNode:
                    MakeVoter(change.NodeId);
                    break;
                case ConfChangeType.AddLearnerNode:
                    MakeLearner(change.NodeId);
                    break;
                case ConfChangeType.RemoveNode:
                    Remove(change.NodeId);
                    break;
                case ConfChangeType.UpdateNode:
                    break;
                default:
                    return $"unexpected conf change type {(int)change.Type}";
            }
        }

        return _incoming.Count == 0 ? "removed all voters" : null;
    }

    private void MakeVoter(ulong id)
    {
        if (Progress[id] is not Progress progress)
        {
            StartProgress(id, isLearner: false);
            return;
        }

        progress.IsLearner = false;
        _learners.Remove(id);
        _learnersNext.Remove(id);
        _incoming.Add(id);
    }

    private void MakeLearner(ulong id)
    {
        if (Progress[id] is not Progress progress)
        {
            StartProgress(id, isLearner: true);
            return;
        }

        if (progress.IsLearner)
        {
            return;
        }

        Remove(id);
        Progress.Set(progress);
        if (_outgoing.Contains(id))
        {
            // Still a voter in the outgoing half: becomes a learner when that half is dropped.
            _learnersNext.Add(id);
        }
        else
        {
            progress.IsLearner = true;
            _learners.Add(id);
        }
    }

    private void Remove(ulong id)
    {
        if (Progress[id] is null)
        {
            return;
        }

        _incoming.Remove(id);
        _learners.Remove(id);
        _learnersNext.Remove(id);
        if (!_outgoing.Contains(id))
        {
            Progress.Remove(id);
        }
    }

    private void StartProgress(ulong id, bool isLearner)
    {
        (isLearner ? _learners : _incoming).Add(id);

        // A new member counts as active, or a quorum check before its first word would depose the leader.
        ulong next = Math.Max(_lastIndex, 1);
        Progress.Set(new Progress(id, match: 0, next, _tracker.NewInflights(), isLearner, recentActive: true));
    }

    private string? CheckInvariants()
    {
        SortedSet<ulong>[] sets = [_incoming, _outgoing, _learners, _learnersNext];
        foreach (SortedSet<ulong> ids in sets)
        {
            foreach (ulong id in ids)
            {
                if (Progress[id] is null)
                {
                    return $"no progress for {id:x}";
                }
            }
        }

        foreach (ulong id in _learnersNext)
        {
            if (!_outgoing.Contains(id))
            {
                return $"{id:x} is a next learner, but not an outgoing voter";
            }

            if (Progress[id] is { IsLearner: true })
            {
                return $"{id:x} is a next learner, but marked as a learner already";
            }
        }

        foreach (ulong id in _learners)
        {
            if (_outgoing.Contains(id) || _incoming.Contains(id))
            {
                return $"{id:x} is a learner and a voter";
            }

            if (Progress[id] is { IsLearner: false })
            {
                return $"{id:x} is a learner, but not marked as one";
            }
        }

        bool joint = _outgoing.Count > 0;
        return !joint && (_learnersNext.Count > 0 || _autoLeave)
            ? "next learners and automatic leave need a joint config"
            : null;
    }

    private static ulong[] ToArray(SortedSet<ulong> ids)
    {
        ulong[] array = new ulong[ids.Count];
        ids.CopyTo(array);
        return array;
    }
}
