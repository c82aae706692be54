using Etcd.Node.Apply;
using Etcd.Node.Consensus;
using Etcd.Node.Core;
using Etcd.Raft;
using Etcd.Simulator.World;
using Etcd.StateMachine;
using Etcd.StateMachine.Leases;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Simulator.Members;

/// <content>What clients ask of a member. Every answer is given at most once; none at all when the member dies.
/// </content>
internal sealed partial class SimMember
{
    private readonly Dictionary<ulong, Action<ApplyResult>> _proposals = [];
    private readonly Dictionary<ulong, (ulong Floor, Action<bool> Done)> _reads = [];
    private ulong _lastToken;
    private bool _settingAlarm;

    /// <summary>Time that leases count in.</summary>
    public long LeaseMilliseconds => _simulation.Bug.CountsLeasesByWallClock
        ? WallMilliseconds
        : (long)(LocalMilliseconds * _simulation.Bug.LeaseClockRate);

    /// <summary>Proposes a request; the answer says what came of it, or there is none.</summary>
    public void Propose(InternalRaftRequest request, Action<ApplyResult> done)
    {
        ulong id = Core.Propose(request);
        _simulation.Ledger.Proposed(id);
        if (_simulation.Bug.ProposesTwice)
        {
            Core.Consensus.Propose(new Proposal(id, EntryType.Normal, request.ToByteArray()));
        }

        if (_simulation.Bug.AnswersBeforeCommit && request.Put is not null && Core.Consensus.IsLeader)
        {
            ResponseHeader header = new() { Revision = Core.State.View.Revision + 1 };
            done(new ApplyResult(id, new PutResponse { Header = header }, null));
            return;
        }

        _proposals[id] = done;
    }

    /// <summary>Proposes a membership change.</summary>
    public void ProposeChange(Func<ulong, Raftpb.ConfChange> change, Action<ApplyResult> done) =>
        _proposals[Core.ProposeChange(change)] = done;

    /// <summary>Waits for a moment at which the view is linearizable; true when it came.</summary>
    public void Read(Action<bool> done)
    {
        bool unsafely = _simulation.Bug.ReadsWithoutIndex
            || (_simulation.Bug.ReadsOnBelief && Core.Consensus.IsLeader);
        if (unsafely)
        {
            done(true);
            return;
        }

        ulong token = ++_lastToken;
        _reads[token] = (_simulation.Ledger.LastIndex, done);
        Core.RequestRead(token);
    }

    /// <summary>Renews a lease; the remaining time, 0 for a lease that is gone, null when it did not work.</summary>
    public void KeepAlive(long leaseId, Action<long?> done)
    {
        if (!Core.Consensus.IsLeader)
        {
            done(null);
            return;
        }

        Read(confirmed =>
        {
            if (!confirmed)
            {
                done(null);
                return;
            }

            After(_random.Next(10, 3_000), () => done(Renew(leaseId)));
        });
    }

    private long? Renew(long leaseId)
    {
        RenewResult result = Core.State.RenewLease(leaseId, LeaseMilliseconds);
        switch (result.Outcome)
        {
            case RenewOutcome.Renewed:
                return result.TtlSeconds;
            case RenewOutcome.NotFound:
                return 0;
            case RenewOutcome.NeedsCheckpointReset:
                InternalRaftRequest reset = new() { LeaseCheckpoint = new LeaseCheckpointRequest() };
                reset.LeaseCheckpoint.Checkpoints.Add(new Etcdserverpb.LeaseCheckpoint { ID = leaseId });
                Core.Propose(reset);
                return null;
            default:
                return null;
        }
    }

    private void TickLeases()
    {
        if (_simulation.Bug.NeverRevokes)
        {
            return;
        }

        List<FencedProposal> due = [];
        Core.State.TickLeases(LeaseMilliseconds, due);
        if (due.Count == 0)
        {
            return;
        }

        // In the product the verdict travels from the apply loop to the raft loop.
        After(_random.Next(10, 20_000), () =>
        {
            foreach (FencedProposal fenced in due)
            {
                Core.Consensus.Propose(new Proposal(fenced.RequestId, EntryType.Normal, fenced.Data)
                {
                    OnlyInTerm = _simulation.Bug.RevokesUnfenced ? 0 : fenced.Term,
                });
            }
        });
    }

    private void FinishRequests(MemberEffects effects)
    {
        // Answers may lead to new requests, which poll again: the lists are taken first.
        ApplyResult[] completions = [.. effects.Completions];
        ReadOutcome[] reads = [.. effects.Reads];
        foreach (ulong dropped in effects.Dropped)
        {
            _proposals.Remove(dropped);
        }

        foreach (ApplyResult result in completions)
        {
            _simulation.Ledger.CheckResult(Id, result);
            if (result.QuotaExceeded)
            {
                SetAlarm(AlarmRequest.Types.AlarmAction.Activate, Id);
            }

            if (_proposals.Remove(result.RequestId, out Action<ApplyResult>? done))
            {
                done(result);
            }
        }

        foreach (ReadOutcome read in reads)
        {
            if (!_reads.Remove(read.Token, out (ulong Floor, Action<bool> Done) waiting))
            {
                continue;
            }

            bool confirmed = read.Failure == ReadFailure.None;
            SimulationFailure.Unless(
                !confirmed || (read.Index >= waiting.Floor && Core.State.AppliedIndex >= read.Index),
                "a read index is never stale",
                () => $"{Id:x} reads at {read.Index}, applied {Core.State.AppliedIndex}; "
                    + $"{waiting.Floor} was applied somewhere before the request");
            waiting.Done(confirmed);
        }
    }

    /// <summary>An operator says that there is room again.</summary>
    public void Disarm()
    {
        foreach (AlarmMember alarm in Core.State.Alarms)
        {
            SetAlarm(AlarmRequest.Types.AlarmAction.Deactivate, alarm.MemberID);
        }
    }

    private void SetAlarm(AlarmRequest.Types.AlarmAction action, ulong memberId)
    {
        if (_settingAlarm)
        {
            return;
        }

        // As the product does: one attempt at a time.
        _settingAlarm = true;
        _simulation.Trace.Add(TraceKind.Alarm, Id, (long)memberId, (long)action);
        AlarmRequest alarm = new() { Action = action, Alarm = AlarmType.Nospace, MemberID = memberId };
        Propose(new InternalRaftRequest { Alarm = alarm }, _ => _settingAlarm = false);
        After(3 * Scheduler.Second, () => _settingAlarm = false);
    }

    private void FailRequests()
    {
        _settingAlarm = false;
        _proposals.Clear();
        _reads.Clear();
    }
}
