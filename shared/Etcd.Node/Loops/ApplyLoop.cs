using System.Diagnostics;
using Etcd.Node.Apply;
using Etcd.Node.Diagnostics;
using Etcd.Node.Reads;
using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Microsoft.Extensions.Logging;

namespace Etcd.Node.Loops;

/// <summary>
/// Drives <see cref="ApplyCore"/>: applies everything that waits, commits it in one engine batch, shows the new view,
/// answers the proposers, and only then hands the events to the watch shards. Its thread has the core and blocks on
/// the engine's write. While it sleeps the log writer applies a few puts itself, and whoever asks has the core for a
/// moment (<see cref="TryAsk"/>): waking this thread for them takes longer.
/// </summary>
internal sealed partial class ApplyLoop : IApplyObserver
{
    // One engine batch holds at most so many entries or bytes: beyond it a bigger batch is no faster, only slower to
    // answer its first proposer and larger in memory.
    private const int MaxBatchEntries = 8_192;
    private const long MaxBatchBytes = 8L << 20;

    // What the log writer may apply: some 50 microseconds of work, as long as a hand-over takes.
    private const int FewEntries = 8;
    private const int FewBytes = 64 << 10;

    private readonly ApplyLoopWiring _wiring;
    private readonly ApplyOutput _output = new();
    private readonly List<Message> _applied = [];
    private readonly List<FencedProposal> _proposals = [];
    private readonly PriorityQueue<ReadRound, ulong> _waitingReads = new();
    private readonly List<SweepWait> _sweepWaits = [];
    private readonly CombiningQueue<ApplyInput> _inbox;
    private readonly NodeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ISnapshotTransfer? _transfer;
    private readonly ITimer _compactionTimer;
    private readonly TimeSpan _compactionPause;
    private readonly TimeSpan _warningDuration;
    private readonly long _epoch;
    private ApplyCore _core;
    private IKvEngine _engine;
    private bool _compactionScheduled;
    private int _batchEntries;
    private long _batchBytes;

    public ApplyLoop(
        ApplyCore core,
        IKvEngine engine,
        ApplyLoopWiring wiring,
        ISnapshotTransfer? transfer,
        TimeSpan compactionPause,
        TimeSpan warningDuration,
        NodeMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _core = core;
        _engine = engine;
        _wiring = wiring;
        _transfer = transfer;
        _compactionPause = compactionPause;
        _warningDuration = warningDuration;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _epoch = time.GetTimestamp();
        _compactionTimer = time.CreateTimer(
            static state => ((ApplyLoop)state!).Post(new ApplyInput(ApplyInputKind.CompactionTick, null, 0, false)),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        core.Observer = this;
        _inbox = new CombiningQueue<ApplyInput>(int.MaxValue, lentBatches: 1, Take);
    }

    /// <summary>Milliseconds of the monotonic clock that leases count in.</summary>
    public long NowMilliseconds => (long)_time.GetElapsedTime(_epoch).TotalMilliseconds;

    /// <summary>
    /// Hands in work; false when the node stops. Unbounded: raft bounds the entries in flight
    /// (<c>MaxApplyingSizeBytes</c>), callers bound their queries.
    /// </summary>
    public bool Post(in ApplyInput input)
    {
        bool added = _inbox.Add(input);
        _inbox.Wake();
        return added;
    }

    /// <summary>
    /// Hands in a StorageApply message.
    /// </summary>
    /// <param name="apply">The message.</param>
    /// <param name="mayWait">True when the caller can call <see cref="ApplyFew"/> or <see cref="Wake"/> soon.</param>
    /// <returns>True when it must do so.</returns>
    public bool Post(Message apply, bool mayWait)
    {
        _inbox.Add(new ApplyInput(ApplyInputKind.Entries, apply, 0, false));
        if (mayWait && IsFew(apply.Entries.Span))
        {
            return true;
        }

        _inbox.Wake();
        return false;
    }

    /// <summary>Applies on this thread what <see cref="Post(Message, bool)"/> left waiting.</summary>
    public void ApplyFew() => _inbox.Work();

    /// <summary>Lets the loop's thread apply it.</summary>
    public void Wake() => _inbox.Wake();

    /// <summary>Lets the thread end after what waits.</summary>
    public void Close() => _inbox.Close();

    /// <summary>The body of the thread.</summary>
    public void Run()
    {
        try
        {
            Publish();
            ScheduleCompaction();
            _inbox.Run();
        }
        finally
        {
            _inbox.Close();
            _compactionTimer.Dispose();
            FailWaiters();
            _core.Dispose();
        }
    }

    /// <summary>True for a few puts: any other request may take long, and the log writer must not.</summary>
    private static bool IsFew(ReadOnlySpan<Entry> entries)
    {
        int bytes = 0;
        for (int i = 0; i < entries.Length && i <= FewEntries; i++)
        {
            ref readonly Entry entry = ref entries[i];
            bytes += entry.Data.Length;
            if (entry.Type != EntryType.Normal || (!entry.Data.IsEmpty && !RequestNames.IsPut(entry.Data.Span)))
            {
                return false;
            }
        }

        return entries.Length <= FewEntries && bytes <= FewBytes;
    }

    private void Take(List<ApplyInput> inputs)
    {
        foreach (ApplyInput input in inputs)
        {
            Take(input);
        }

        Commit();
    }

    private void Take(in ApplyInput input)
    {
        switch (input.Kind)
        {
            case ApplyInputKind.Entries:
                Apply((Message)input.Payload!);
                break;
            case ApplyInputKind.Leadership:
                Commit();
                _core.SetLeadership(input.Number, leads: input.Flag);
                break;
            case ApplyInputKind.LeaseTick:
                Commit();
                _core.TickLeases(NowMilliseconds, _proposals);
                Propose();
                break;
            case ApplyInputKind.CompactionTick:
                Commit();
                StepCompaction();
                break;
            case ApplyInputKind.WaitSweep:
                _sweepWaits.Add((SweepWait)input.Payload!);
                ReleaseSweeps();
                break;
            case ApplyInputKind.WaitApplied:
                _waitingReads.Enqueue((ReadRound)input.Payload!, input.Number);
                ReleaseReads();
                break;
            case ApplyInputKind.Query:
                Commit();
                ((ApplyQuery)input.Payload!).Run(_core, NowMilliseconds);
                break;
            case ApplyInputKind.SendSnapshot:
                Commit();
                SendSnapshot((Message)input.Payload!);
                break;
            case ApplyInputKind.InstallSnapshot:
                Commit();
                Install((SnapshotInstall)input.Payload!);
                break;
            default:
                throw new UnreachableException($"apply input {input.Kind}");
        }
    }

    private void Apply(Message message)
    {
        _observedTimestamp = _time.GetTimestamp();
        _core.Apply(message.Entries, NowMilliseconds, _output);
        _applied.Add(message);
        _batchEntries += message.Entries.Length;
        foreach (ref readonly Entry entry in message.Entries.Span)
        {
            _batchBytes += entry.Data.Length;
        }

        if (_batchEntries >= MaxBatchEntries || _batchBytes >= MaxBatchBytes)
        {
            Commit();
        }
    }

    /// <summary>
    /// Makes what was applied visible: (1) one engine batch, (2) the new view, (3) the proposers' answers, (4)
    /// events, (5) reads that waited for the index, (6) raft's acknowledgement.
    /// </summary>
    private void Commit()
    {
        if (_applied.Count == 0)
        {
            return;
        }

        long start = _time.GetTimestamp();
        _core.Commit(NowMilliseconds, _output);
        _metrics.BackendCommitObserved?.Invoke(_time.GetElapsedTime(start).TotalSeconds);
        Interlocked.Add(ref _metrics.LeasesExpiredField, _output.ExpiredLeases);
        Publish();
        _wiring.Completed(_output.Completions);
        foreach (AppliedConfChange change in _output.ConfChanges)
        {
            _wiring.ConfChanged(change);
        }

        foreach (EventBatch events in _output.Events)
        {
            _wiring.Publish(events);
        }

        ReleaseReads();
        _wiring.Applied(_applied);
        TellOfOutput();
        _applied.Clear();
        _output.Clear();
        _batchEntries = 0;
        _batchBytes = 0;
    }

    private void TellOfOutput()
    {
        if (_output.QuotaExceeded)
        {
            _wiring.RaiseNoSpace();
        }

        if (_output.FirstCommitInTerm)
        {
            _wiring.FirstCommitInTerm();
        }

        if (_output.ConfChanges.Count > 0)
        {
            _wiring.MembersChanged(_output.RemovedSelf);
        }

        if (_core.HasCompactionWork)
        {
            ScheduleCompaction();
        }
    }

    private void Publish() => _wiring.Published(new PublishedState(
        _core.View, _core.Membership, _core.Alarms, _core.AppliedIndex, _core.AppliedTerm, _core.ConfState));

    private void Propose()
    {
        foreach (FencedProposal proposal in _proposals)
        {
            _wiring.Propose(proposal);
        }

        _proposals.Clear();
    }

    private void ReleaseReads()
    {
        // What is applied but not committed is not visible yet.
        if (_core.HasUncommitted)
        {
            return;
        }

        while (_waitingReads.TryPeek(out ReadRound? round, out ulong index) && index <= _core.AppliedIndex)
        {
            _waitingReads.Dequeue();
            _wiring.ReadReady(round, null);
        }
    }

    private void FailWaiters()
    {
        while (_waitingReads.TryDequeue(out ReadRound? round, out _))
        {
            _wiring.ReadReady(round, EtcdErrors.Stopped);
        }

        foreach (SweepWait wait in _sweepWaits)
        {
            wait.Done.TrySetResult(EtcdErrors.Stopped);
        }

        foreach (ApplyInput input in _inbox.Rest)
        {
            FailWaiter(input.Payload);
        }
    }

    private void FailWaiter(object? waiter)
    {
        switch (waiter)
        {
            case ReadRound round:
                _wiring.ReadReady(round, EtcdErrors.Stopped);
                break;
            case ApplyQuery query:
                query.Fail(EtcdErrors.Stopped);
                break;
            case SweepWait wait:
                wait.Done.TrySetResult(EtcdErrors.Stopped);
                break;
            case SnapshotInstall install:
                install.Done.Set();
                break;
            default:
                break;
        }
    }
}
