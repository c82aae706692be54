using System.Diagnostics;
using Etcd.Node.Consensus;
using Etcd.Node.Diagnostics;
using Etcd.Node.Peers;
using Etcd.Node.Proposals;
using Etcd.Node.Reads;
using Etcd.Raft;
using Etcd.StateMachine.Membership;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

/// <summary>
/// Drives <see cref="ConsensusCore"/>: takes everything that waits in the inbox, polls once and hands the work to the
/// transport, the log writer and the apply loop. Its thread owns the core and blocks on nothing but its inbox, so
/// heartbeats never wait for a disk.
/// </summary>
internal sealed partial class RaftLoop
{
    /// <summary>
    /// Proposals and peer messages that may wait. 65,536: two seconds of the highest rate seen, a few MiB of
    /// references; beyond it clients are told to slow down and messages are lost as on a wire, which raft repairs.
    /// </summary>
    public const int InboxCapacity = 65_536;

    private readonly ConsensusCore _core;
    private readonly ConsensusOutput _output = new();
    private readonly RaftLoopWiring _wiring;
    private readonly ReadRounds _reads;
    private readonly ProposalTracker _proposals;
    private readonly NodeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Inbox<RaftInput> _inbox = new(InboxCapacity);
    private readonly Dictionary<ulong, ReadRound> _rounds = [];
    private readonly HeartbeatWatch _heartbeats;
    private bool _readWanted;
    private long _readRetries;
    private int _pendingTicks;
    private volatile RaftStatusView _status;

    public RaftLoop(
        ConsensusCore core,
        RaftLoopWiring wiring,
        ReadRounds reads,
        ProposalTracker proposals,
        HeartbeatWatch heartbeats,
        NodeMetrics metrics,
        ILogger logger)
    {
        _core = core;
        _wiring = wiring;
        _reads = reads;
        _proposals = proposals;
        _heartbeats = heartbeats;
        _metrics = metrics;
        _logger = logger;
        _status = core.Status;
    }

    /// <summary>Leader, term and commit index, as of the last poll. Readable from any thread.</summary>
    public RaftStatusView Status => _status;

    /// <summary>Where everybody else hands in work.</summary>
    public Inbox<RaftInput> Inbox => _inbox;

    /// <summary>
    /// Hands in a tick unless several wait already: after a stall of this thread the missed ticks must not come all at
    /// once, or it would take the silence for the leader's. Thread-safe.
    /// </summary>
    public void PostTick()
    {
        const int mostWaiting = 2;
        if (Volatile.Read(ref _pendingTicks) < mostWaiting)
        {
            Interlocked.Increment(ref _pendingTicks);
            _inbox.Post(new RaftInput(RaftInputKind.Tick, null, 0));
        }
    }

    /// <summary>The body of the thread; returns once the inbox is closed and empty.</summary>
    public void Run()
    {
        // A restarted member may have committed entries to apply before anything comes in.
        Poll();
        while (_inbox.TryTakeAll(out List<RaftInput> inputs))
        {
            foreach (RaftInput input in inputs)
            {
                Take(input);
            }

            Poll();
        }
    }

    private void Take(in RaftInput input)
    {
        switch (input.Kind)
        {
            case RaftInputKind.Tick:
                Interlocked.Decrement(ref _pendingTicks);
                _core.Tick();
                break;
            case RaftInputKind.PeerMessage:
                TakeMessage((Message)input.Payload!);
                break;
            case RaftInputKind.Proposal:
                _core.Propose((Proposal)input.Payload!);
                break;
            case RaftInputKind.ReadWanted:
                _readWanted = true;
                break;
            case RaftInputKind.LogWritten:
                _core.LogWritten((Message)input.Payload!);
                break;
            case RaftInputKind.ConfChange:
                ConfState state = _core.ConfChangeApplied(input.Id, (ConfChangeV2)input.Payload!);
                LogConfiguration(state);
                break;
            case RaftInputKind.Applied:
                _core.Applied((Message)input.Payload!);
                break;
            case RaftInputKind.TransferLeader:
                _core.TransferLeader(input.Id);
                break;
            case RaftInputKind.Unreachable:
                _core.ReportUnreachable(input.Id);
                break;
            case RaftInputKind.SnapshotSent:
                _core.ReportSnapshot(input.Id, succeeded: true);
                break;
            case RaftInputKind.SnapshotFailed:
                _core.ReportSnapshot(input.Id, succeeded: false);
                break;
            case RaftInputKind.AdvanceTicks:
                for (ulong i = 0; i < input.Id; i++)
                {
                    _core.Tick();
                }

                break;
            case RaftInputKind.Status:
                ((TaskCompletionSource<RaftStatus>)input.Payload!).TrySetResult(_core.RaftStatus);
                break;
            default:
                throw new UnreachableException($"raft input {input.Kind}");
        }
    }

    private void TakeMessage(Message message)
    {
        StepResult result = _core.Receive(message);
        if (result != StepResult.Accepted)
        {
            LogRefused(message.Type, ClusterIds.ToHex(message.From), result);
        }
    }

    private void Poll()
    {
        do
        {
            StartReadRound();
            _core.Poll(_output);
            Dispatch();
        }
        while (_readWanted && !_core.ReadRoundRunning);
    }

    /// <summary>Closes the round that requests have joined, before the index is asked for: whoever comes later may
    /// have seen a newer write.</summary>
    private void StartReadRound()
    {
        if (_readWanted && !_core.ReadRoundRunning)
        {
            _readWanted = false;
            if (_reads.Close() is { } round)
            {
                _rounds.Add(round.Token, round);
                _core.RequestRead(round.Token);
            }
        }
    }

    private void Dispatch()
    {
        RaftStatusView status = _core.Status;
        _status = status;
        if (_output.LeadershipChanged)
        {
            // Before the entries of the term reach the apply loop, which promotes the leases at the first of them.
            _wiring.LeadershipChanged(status, _output.NewLeader);
            _heartbeats.Reset();
        }

        foreach (Message message in _output.Messages)
        {
            if (message.Type == MessageType.Heartbeat)
            {
                _heartbeats.Sending(message.To);
            }

            _wiring.Send(message);
        }

        _wiring.WriteLog(_output.LogWrites);
        _wiring.Apply(_output.Applies);
        foreach (Proposal dropped in _output.Dropped)
        {
            _proposals.Dropped(dropped);
        }

        FinishReads();
    }

    private void FinishReads()
    {
        foreach (ReadOutcome outcome in _output.Reads)
        {
            if (_rounds.Remove(outcome.Token, out ReadRound? round))
            {
                _wiring.ReadFinished(round, outcome);
            }
        }

        if (_core.ReadRetries != _readRetries)
        {
            _readRetries = _core.ReadRetries;
            Interlocked.Increment(ref _metrics.SlowReadIndexesField);
            LogReadRetry();
        }
    }
}
