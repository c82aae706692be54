using Etcd.Member.Peers;
using Etcd.Node;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Member.Background;

/// <summary>
/// Compares the hash of this member's history with that of the others (etcd's <c>corrupt.go</c>). One task at a time.
/// </summary>
internal sealed partial class CorruptionChecker
{
    private readonly MemberNode _node;
    private readonly PeerQueries _queries;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates it.</summary>
    public CorruptionChecker(
        MemberNode node, PeerQueries queries, TimeSpan timeout, TimeProvider time, ILoggerFactory loggers)
    {
        _node = node;
        _queries = queries;
        _timeout = timeout;
        _time = time;
        _logger = loggers.CreateLogger<CorruptionChecker>();
    }

    /// <summary>
    /// The check before serving: a hash that differs at the same revision and compaction is a mismatch; members that
    /// do not answer are passed over. False when there is a mismatch.
    /// </summary>
    public async Task<bool> CheckAtStartAsync(CancellationToken cancellationToken)
    {
        Starting(_logger, Local, _timeout);
        var (own, error) = await _node.HashKvAsync(0, cancellationToken).ConfigureAwait(false);
        if (error is not null)
        {
            return true;
        }

        var mismatches = 0;
        foreach (var (member, theirs) in await AskAllAsync(own.HashRevision, cancellationToken).ConfigureAwait(false))
        {
            if (theirs.CompactRevision == own.CompactRevision && theirs.Hash != own.Hash)
            {
                DifferentHash(
                    _logger, Local, own.HashRevision, own.CompactRevision, own.Hash,
                    MemberIds.Text(member.Id), theirs.Header.Revision, theirs.CompactRevision, theirs.Hash);
                mismatches++;
            }
        }

        if (mismatches == 0)
        {
            Passed(_logger, Local);
        }

        return mismatches == 0;
    }

    /// <summary>Compares all members from time to time while this one leads, until cancelled.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_node.IsLeader)
                {
                    await CheckAllAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    private string Local => MemberIds.Text(_node.MemberId);

    private async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        var (before, error) = await _node.HashKvAsync(0, cancellationToken).ConfigureAwait(false);
        if (error is not null)
        {
            CheckFailed(_logger, error.Message);
            return;
        }

        var answers = await AskAllAsync(before.HashRevision, cancellationToken).ConfigureAwait(false);
        error = await _node.LinearizableReadAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var after = default(HashKvResult);
        if (error is null)
        {
            (after, error) = await _node.HashKvAsync(0, cancellationToken).ConfigureAwait(false);
        }

        if (error is not null)
        {
            CheckFailed(_logger, error.Message);
            return;
        }

        var corrupt = after.HashRevision == before.HashRevision
            && after.CompactRevision == before.CompactRevision
            && after.Hash != before.Hash;
        foreach (var (member, theirs) in answers)
        {
            if (theirs.Header.Revision > after.CurrentRevision
                || theirs.CompactRevision > after.CompactRevision
                || (theirs.CompactRevision == before.CompactRevision && theirs.Hash != before.Hash))
            {
                corrupt = true;
                DifferentHash(
                    _logger, Local, before.HashRevision, before.CompactRevision, before.Hash,
                    MemberIds.Text(member.Id), theirs.Header.Revision, theirs.CompactRevision, theirs.Hash);
            }
        }

        if (corrupt)
        {
            await RaiseAlarmAsync(cancellationToken).ConfigureAwait(false);
        }

        Finished(_logger, answers.Count);
    }

    /// <summary>Who is wrong is not known, so the alarm names nobody, as in etcd 3.5.</summary>
    private async Task RaiseAlarmAsync(CancellationToken cancellationToken)
    {
        var alarm = new AlarmRequest
        {
            Action = AlarmRequest.Types.AlarmAction.Activate,
            Alarm = AlarmType.Corrupt,
        };
        var result = await _node
            .ProposeAsync(new InternalRaftRequest { Alarm = alarm }, cancellationToken)
            .ConfigureAwait(false);
        if (result.Error is { } error)
        {
            CheckFailed(_logger, error.Message);
        }
    }

    private async Task<List<(ClusterMember Member, HashKvJson Answer)>> AskAllAsync(
        long revision, CancellationToken cancellationToken)
    {
        var answers = new List<(ClusterMember, HashKvJson)>();
        foreach (var member in _node.Membership.Members.Where(member => member.Id != _node.MemberId))
        {
            var (answer, error) = await _queries
                .HashAsync(member, _node.ClusterId, revision, cancellationToken)
                .ConfigureAwait(false);
            if (answer is not null)
            {
                answers.Add((member, answer));
            }
            else
            {
                HashMissing(_logger, Local, MemberIds.Text(member.Id), revision, error);
            }
        }

        return answers;
    }
}
