using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <remarks>
/// The in-memory log keeps only what followers may still need. What a restart needs is the log files' business:
/// they are released by the checkpointer.
/// </remarks>
public sealed partial class ConsensusCore
{
    // A compaction copies what it keeps, so it waits until a quarter of the log may go.
    private const int LeastShare = 4;

    // The tick at which this member, as leader, last knew that another had been heard of.
    private readonly Dictionary<ulong, long> _heardAt = [];
    private long _ticks;

    /// <summary>Newest index that the in-memory log no longer holds.</summary>
    public ulong CompactedIndex => _compactedIndex;

    private void CompactLog()
    {
        bool isLarge = _storage.PayloadBytes > _options.MaxLogBytes;
        bool isLong = _appliedIndex >= _compactedIndex + _options.CatchUpEntries + _options.CompactionInterval;
        if (!isLarge && !isLong)
        {
            return;
        }

        ulong free = IsLeader ? NeededByLaggards() : _appliedIndex;
        if (_storage.PayloadBytes > _options.MaxLogBytesForLaggards)
        {
            free = Math.Max(free, Math.Min(_storage.IndexBeforeNewest(_options.MaxLogBytesForLaggards / 2), _appliedIndex));
        }
        else if ((free - _compactedIndex) * LeastShare < _storage.LastIndex - _compactedIndex)
        {
            return;
        }

        ulong target = isLong ? Math.Min(free, _appliedIndex - _options.CatchUpEntries) : _compactedIndex;
        if (isLarge)
        {
            // Half, so that the next time is far away.
            target = Math.Max(target, Math.Min(free, _storage.IndexBeforeNewest(_options.MaxLogBytes / 2)));
        }

        if (target > _compactedIndex)
        {
            _storage.CreateSnapshot(_appliedIndex, _appliedConfState, ReadOnlyMemory<byte>.Empty);
            _storage.Compact(target);
            _compactedIndex = target;
        }
    }

    /// <summary>
    /// The highest index through which no follower needs an entry: none of those that the log can still bring up and
    /// that were heard of lately, or that nothing else can bring up. One that a state is on its way to needs what comes
    /// after it: without that it would need another when it has it, and so on for as long as clients write.
    /// </summary>
    private ulong NeededByLaggards()
    {
        ulong bound = _options.CatchUpEntries + _options.MaxEntriesForLaggards;
        ulong least = Math.Max(_compactedIndex, _appliedIndex > bound ? _appliedIndex - bound : 0);
        ulong needed = _appliedIndex;
        foreach (PeerProgress progress in _raft.Status().Progress)
        {
            if (progress.Id == _options.MemberId || (_options.CanSendSnapshots && !WasHeardLately(progress.Id)))
            {
                continue;
            }

            ulong has = progress.State switch
            {
                ProgressState.Snapshot => progress.PendingSnapshot,
                ProgressState.Probe => progress.Next - 1,
                _ => progress.Match,
            };
            if (has >= least)
            {
                needed = Math.Min(needed, has);
            }
        }

        return needed;
    }

    private bool WasHeardLately(ulong memberId) =>
        _heardAt.TryGetValue(memberId, out long heardAt) && _ticks - heardAt <= _options.LaggardTicks;

    /// <summary>Raft forgets at each check of the quorum whom it has heard of.</summary>
    private void NoteHeard()
    {
        _ticks++;
        if (!IsLeader)
        {
            return;
        }

        foreach (PeerProgress progress in _raft.Status().Progress)
        {
            if (progress.RecentActive)
            {
                _heardAt[progress.Id] = _ticks;
            }
        }
    }
}
