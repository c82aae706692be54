using Etcd.Member.Peers;
using Etcd.StateMachine.Mvcc;

namespace Etcd.Member.Background;

/// <content>The comparison of the hashes that compactions leave (etcd's <c>CompactHashCheck</c>).</content>
internal sealed partial class CorruptionChecker
{
    private long _checkedRevision;

    /// <summary>Compares the hashes of compactions from time to time while this member leads, until cancelled.</summary>
    public async Task RunOnCompactionsAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_node.IsLeader)
                {
                    await CheckCompactionsAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>From the newest compaction down to the first that all members answer for.</summary>
    private async Task CheckCompactionsAsync(CancellationToken cancellationToken)
    {
        StartingCompactions(_logger, Local, _timeout);
        var peers = _node.Membership.Members.Count(member => member.Id != _node.MemberId);
        var looked = 0;
        foreach (var own in _node.View.CompactionHashes.Reverse())
        {
            if (peers == 0 || own.HashRevision <= _checkedRevision)
            {
                break;
            }

            looked++;
            if (await CompareAsync(own, peers, cancellationToken).ConfigureAwait(false))
            {
                break;
            }
        }

        FinishedCompactions(_logger, looked);
    }

    /// <summary>True when older compactions need no look: all members agree, or an alarm is raised.</summary>
    private async Task<bool> CompareAsync(HashKvResult own, int peers, CancellationToken cancellationToken)
    {
        var equal = 0;
        foreach (var (member, theirs) in await AskAllAsync(own.HashRevision, cancellationToken).ConfigureAwait(false))
        {
            if (theirs.CompactRevision != own.CompactRevision)
            {
                continue;
            }

            if (theirs.Hash != own.Hash)
            {
                CompactionMismatch(
                    _logger, own.HashRevision, own.CompactRevision, own.Hash,
                    theirs.CompactRevision, theirs.Hash, MemberIds.Text(member.Id));
                await RaiseAlarmAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }

            equal++;
        }

        if (equal < peers)
        {
            CompactionSkipped(_logger, equal, peers, own.HashRevision);
            return false;
        }

        CompactionMatches(_logger, equal, own.HashRevision);
        _checkedRevision = own.HashRevision;
        return true;
    }
}
