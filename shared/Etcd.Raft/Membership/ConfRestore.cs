namespace Etcd.Raft;

/// <summary>Rebuilds a configuration from a <see cref="ConfState"/> by the changes that lead to it.</summary>
internal static class ConfRestore
{
    /// <summary>
    /// Switches an empty tracker to the configuration. A joint one is rebuilt as it once came about: first the outgoing
    /// voters one by one, then one joint change that removes them and adds the incoming ones and the learners. Learners
    /// that are still outgoing voters end up as next learners by the rules of that change.
    /// </summary>
    public static void Restore(ProgressTracker tracker, ConfState state, ulong lastIndex)
    {
        foreach (ulong id in state.VotersOutgoing)
        {
            Run(tracker, lastIndex, state, changer => changer.Simple([new(ConfChangeType.AddNode, id)]));
        }

        List<ConfChangeSingle> incoming = [];
        Collect(incoming, ConfChangeType.RemoveNode, state.VotersOutgoing);
        Collect(incoming, ConfChangeType.AddNode, state.Voters);
        Collect(incoming, ConfChangeType.AddLearnerNode, state.Learners);
        Collect(incoming, ConfChangeType.AddLearnerNode, state.LearnersNext);

        if (state.VotersOutgoing.Length > 0)
        {
            Run(tracker, lastIndex, state, changer => changer.EnterJoint(state.AutoLeave, incoming));
        }
        else
        {
            foreach (ConfChangeSingle change in incoming)
            {
                Run(tracker, lastIndex, state, changer => changer.Simple([change]));
            }
        }

        ConfState restored = tracker.Config.ToConfState();
        if (!restored.Equals(state))
        {
            throw new RaftInvariantException($"conf state {state} was restored as {restored}");
        }
    }

    private static void Run(
        ProgressTracker tracker, ulong lastIndex, ConfState state, Func<ConfChanger, string?> change)
    {
        ConfChanger changer = new(tracker, lastIndex);
        if (change(changer) is string refused)
        {
            throw new RaftInvariantException($"conf state {state} cannot be restored: {refused}");
        }

        tracker.Switch(changer.Config, changer.Progress);
    }

    private static void Collect(List<ConfChangeSingle> changes, ConfChangeType type, ulong[] ids)
    {
        foreach (ulong id in ids)
        {
            changes.Add(new ConfChangeSingle(type, id));
        }
    }
}
