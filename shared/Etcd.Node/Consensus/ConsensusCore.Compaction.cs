using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <remarks>
/// The in-memory log keeps only what followers may still need. What a restart needs is the log files' business:
/// they are released by the checkpointer.
/// </remarks>
public sealed partial class ConsensusCore
{
    /// <summary>Newest index that the in-memory log no longer holds.</summary>
    public ulong CompactedIndex => _compactedIndex;

    private void CompactLog()
    {
        ulong target = _compactedIndex;
        if (_appliedIndex >= target + _options.CatchUpEntries + _options.CompactionInterval)
        {
            target = _appliedIndex - _options.CatchUpEntries;
        }

        if (_storage.PayloadBytes > _options.MaxLogBytes)
        {
            // Half, so that the next time is far away: each compaction copies the list of what it keeps.
            ulong halved = _storage.IndexBeforeNewest(_options.MaxLogBytes / 2);
            target = Math.Max(target, Math.Min(halved, _appliedIndex));
        }

        if (!_options.CanSendSnapshots && IsLeader)
        {
            target = Math.Min(target, NeededByLaggards());
        }

        if (target <= _compactedIndex)
        {
            return;
        }

        _storage.CreateSnapshot(_appliedIndex, _appliedConfState, ReadOnlyMemory<byte>.Empty);
        _storage.Compact(target);
        _compactedIndex = target;
    }

    /// <summary>The lowest index that a member already has, but not more than the bound behind. Heard of lately or not:
    /// raft forgets that it has heard of all of them at each check of the quorum.</summary>
    private ulong NeededByLaggards()
    {
        ulong needed = _appliedIndex;
        foreach (PeerProgress progress in _raft.Status().Progress)
        {
            if (progress.Id != _options.MemberId)
            {
                needed = Math.Min(needed, progress.Match);
            }
        }

        ulong bound = _options.CatchUpEntries + _options.MaxEntriesForLaggards;
        return Math.Max(needed, _appliedIndex > bound ? _appliedIndex - bound : 0);
    }
}
