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
/// Drives <see cref="ConsensusCore"/>: takes everything that waits, polls once and hands the work to the transport, the
/// log writer and the apply loop. Whoever brings something does the step, if nobody is at it: a handler its proposal's,
/// the log writer the one after its fsync. One thread at a time has the core, and none blocks while it has it, so
/// heartbeats never wait for a disk.
/// </summary>
internal sealed partial class RaftLoop
{
    /// <summary>
    /// Proposals and peer messages that may wait. 65,536: two seconds of the highest rate seen, a few MiB of
    /// references; beyond it clients are told to slow down and messages are lost as on a wire, which raft repairs.
    /// </summary>
    public const int InboxCapacity = 65_536;

    // A lent thread has done more for others than for itself after so many steps.
    private const int LentSteps = 4;

    private readonly ConsensusCore _core;
    private readonly ConsensusOutput _output = new();
    private readonly RaftLoopWiring _wiring;
    private readonly ReadRounds _reads;
    private readonly ProposalTracker _proposals;
    private readonly NodeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CombiningQueue<RaftInput> _inbox;
    private readonly Dictionary<ulong, ReadRound> _rounds = [];
    private readonly HeartbeatWatch _heartbeats;
    private bool _readWanted;
    private long _readRetries;
    private int _pendingTicks;
    private int _writesInFlight;
    private volatile bool _isWriting;
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
        _inbox = new CombiningQueue<RaftInput>(InboxCapacity, LentSteps, Step);
    }

    /// <summary>Leader, term and commit index, as of the last poll. Readable from any thread.</summary>
    public RaftStatusView Status => _status;

    /// <summary>Hands in something that must not be lost, and lets raft take it. False when the node stops.
    /// Thread-safe.</summary>
    public bool Post(in RaftInput input)
    {
        bool added = _inbox.Add(input);
        _inbox.Work();
        return added;
    }

    /// <summary>As <see cref="Post"/>, for all log writes that one fsync made durable.</summary>
    public void PostWritten(List<Message> writes)
    {
        foreach (Message write in writes)
        {
            _inbox.Add(new RaftInput(RaftInputKind.LogWritten, write, 0));
        }

        _inbox.Work();
    }

    /// <summary>As <see cref="Post"/>, for what the apply loop did at once.</summary>
    public void PostApplied(List<Message> applied)
    {
        foreach (Message message in applied)
        {
            _inbox.Add(new RaftInput(RaftInputKind.Applied, message, 0));
        }

        _inbox.Work();
    }

    /// <summary>Hands in a message of another member, which may be lost as on a wire. False when too much waits.
    /// Thread-safe.</summary>
    public bool TryReceive(Message message)
    {
        bool added = _inbox.TryAdd(new RaftInput(RaftInputKind.PeerMessage, message, 0));
        _inbox.Work();
        return added;
    }

    /// <summary>
    /// Hands in a proposal; false when too many wait. While an fsync runs it waits for the step after it, which takes
    /// all that came meanwhile as one batch, and for the next tick at most. Thread-safe.
    /// </summary>
    public bool TryPropose(Proposal proposal)
    {
        bool added = _inbox.TryAdd(new RaftInput(RaftInputKind.Proposal, proposal, 0));
        if (!_isWriting)
        {
            _inbox.Work();
        }

        return added;
    }

    /// <summary>
    /// Hands in a tick unless several wait already: after a stall the missed ticks must not come all at once, or raft
    /// would take the silence for the leader's. Thread-safe.
    /// </summary>
    public void PostTick()
    {
        const int mostWaiting = 2;
        if (Volatile.Read(ref _pendingTicks) < mostWaiting)
        {
            Interlocked.Increment(ref _pendingTicks);
            Post(new RaftInput(RaftInputKind.Tick, null, 0));
        }
    }

    /// <summary>The body of the thread that helps out; returns once the loop is closed and all is done.</summary>
    public void Run() => _inbox.Run();

    /// <summary>Refuses further work and lets the thread end.</summary>
    public void Close() => _inbox.Close();

    /// <summary>One step. The first has no inputs: a restarted member may have committed entries to apply before
    /// anything comes in.</summary>
    private void Step(List<RaftInput> inputs)
    {
        foreach (RaftInput input in inputs)
        {
            Take(input);
        }

        Poll();
        _isWriting = _writesInFlight > 0;
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
                _writesInFlight--;
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

        // First, because the log writer's thread has to wake up meanwhile.
        _writesInFlight += _output.LogWrites.Count;
        _wiring.WriteLog(_output.LogWrites);
        foreach (Message message in _output.Messages)
        {
            if (message.Type == MessageType.Heartbeat)
            {
                _heartbeats.Sending(message.To);
            }

            _wiring.Send(message);
        }

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
