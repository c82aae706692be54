using Etcd.Node;
using Etcd.Node.Consensus;
using Etcd.Node.Core;
using Etcd.Simulator.World;
using Etcd.StateMachine;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Membership;

namespace Etcd.Simulator.Members;

/// <summary>
/// One process with its disk: drives a <see cref="MemberCore"/> as the product's loops do, but in virtual time, and can
/// be paused, killed and started again at any moment between two steps.
/// </summary>
internal sealed partial class SimMember
{
    private readonly Simulation _simulation;
    private readonly Random _random;
    private readonly ClusterMember _self;
    private readonly ClusterMember[] _initial;
    private readonly bool _joins;
    private readonly double _clockRate;
    private readonly Queue<Action> _asleep = new();
    private MemberCore? _core;
    private long _startedAt;
    private long _incarnation;
    private int _generation;
    private int _waitingTicks;

    public SimMember(Simulation simulation, ClusterMember self, ClusterMember[] initial, bool joins, int purpose)
    {
        _simulation = simulation;
        _random = simulation.Settings.Random(purpose);
        _self = self;
        _initial = initial;
        _joins = joins;
        _clockRate = 1 + (simulation.Settings.Drift * ((_random.NextDouble() * 2) - 1));
        Disk = new MemberDisk(simulation.Bug, _random);
        Disk.Log.Appended = (entry, termBefore) => simulation.Raft.Appended(Id, entry, termBefore);
    }

    public ulong Id => _self.Id;

    public MemberDisk Disk { get; }

    public bool IsRunning => _core is not null;

    public bool IsPaused { get; private set; }

    /// <summary>Removed from the cluster, or a sign that it will be: never started again.</summary>
    public bool IsRetired { get; set; }

    /// <summary>The running core.</summary>
    public MemberCore Core => _core ?? throw new InvalidOperationException($"{Id:x} does not run");

    /// <summary>The member's monotonic clock, which may run a little fast or slow.</summary>
    public long LocalMilliseconds =>
        (long)((_simulation.Scheduler.Now - _startedAt) * _clockRate / Scheduler.Millisecond);

    private Settings Settings => _simulation.Settings;

    private Scheduler Scheduler => _simulation.Scheduler;

    public void Start()
    {
        _generation++;
        _startedAt = Scheduler.Now;
        _incarnation = Math.Max(_incarnation + 1, Scheduler.Now / Scheduler.Millisecond);
        _simulation.Trace.Add(TraceKind.Start, Id, _incarnation);
        _core = MemberCore.Start(CoreOptions(), Disk.Log, Disk.Engine);
        _writing = new LogWriting(_core.Log);
        _markerIndex = Disk.Log.Durable?.NewestMarker ?? 0;
        _checkpointing = false;
        _sweeping = false;
        _waitingTicks = 0;
        StartWatching();
        Every(Settings.HeartbeatMilliseconds, TickOnce, limited: true);
        Every(Lessor.TickMilliseconds, TickLeases, limited: false);
        Every(100, TickWatches, limited: false);
        Drain();
    }

    /// <summary>Kills the process; what it had not synced is partly lost.</summary>
    public void Crash()
    {
        _simulation.Trace.Add(TraceKind.Crash, Id, (long)(_core?.State.AppliedIndex ?? 0));
        _generation++;
        _core = null;
        IsPaused = false;
        _asleep.Clear();
        _logWrites.Clear();
        _syncing.Clear();
        _applies.Clear();
        _walBusy = false;
        _applyBusy = false;
        Received.Clear();
        Disk.Crash();
        FailRequests();
        StopWatching();
    }

    /// <summary>Stops the process's time; everything that comes meanwhile waits.</summary>
    public void Pause()
    {
        _simulation.Trace.Add(TraceKind.Pause, Id);
        IsPaused = true;
    }

    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        _simulation.Trace.Add(TraceKind.Resume, Id, _asleep.Count);
        IsPaused = false;
        int generation = _generation;
        while (_asleep.TryDequeue(out Action? action) && generation == _generation)
        {
            Run(action);
        }
    }

    /// <summary>Runs something in the process now, or once it is awake; not at all when it is down or dies first.
    /// </summary>
    public void WhenAwake(Action action)
    {
        if (_core is null)
        {
            return;
        }

        if (IsPaused)
        {
            _asleep.Enqueue(action);
            return;
        }

        Run(action);
    }

    /// <summary>Runs something in the process later.</summary>
    private void After(long delay, Action action)
    {
        int generation = _generation;
        Scheduler.After(delay, () =>
        {
            if (generation == _generation)
            {
                WhenAwake(action);
            }
        });
    }

    private void Run(Action action)
    {
        int generation = _generation;
        try
        {
            action();
            if (generation == _generation)
            {
                Drain();
            }
        }
        catch (IOException)
        {
            // A disk that fails takes its member with it.
            _simulation.Trace.Add(TraceKind.DiskFailure, Id);
            Crash();
            _simulation.Restart(this);
        }
    }

    /// <summary>A timer of the member's own clock. A limited one drops what piles up beyond two while it is paused, as
    /// the product's raft loop does.</summary>
    private void Every(int milliseconds, Action action, bool limited)
    {
        int generation = _generation;
        long interval = (long)(milliseconds * Scheduler.Millisecond / _clockRate);
        void Fire()
        {
            if (generation != _generation)
            {
                return;
            }

            Scheduler.After(interval, Fire);
            if (!limited)
            {
                WhenAwake(action);
            }
            else if (_waitingTicks < 2)
            {
                _waitingTicks++;
                WhenAwake(() =>
                {
                    _waitingTicks--;
                    action();
                });
            }
        }

        Scheduler.After(_random.Next((int)interval), Fire);
    }

    private void TickOnce() => Core.Tick();

    private MemberCoreOptions CoreOptions() => new()
    {
        Member = new MemberNodeOptions
        {
            Name = _self.Name,
            MemberId = Id,
            ClusterId = _simulation.ClusterId,
            InitialMembers = _initial,
            JoinExisting = _joins,
            HeartbeatMilliseconds = Settings.HeartbeatMilliseconds,
            ElectionMilliseconds = Settings.ElectionMilliseconds,
            PreVote = Settings.PreVote,
            SnapshotCount = Settings.SnapshotCount,
            SnapshotCatchUpEntries = Settings.CatchUpEntries,
            CompactionBatchLimit = Settings.CompactionBatch,
            Lessor = new LessorOptions
            {
                CheckpointsEnabled = Settings.LeaseCheckpoints,
                CheckpointIntervalMilliseconds = 1_000,
            },
            StateMachine = new StateMachineOptions { PersistLeaseCheckpoints = Settings.LeaseCheckpoints },
        },
        Random = new Random(_random.Next()),
        Incarnation = _incarnation,
        Consensus = Settings.Consensus(Id, (ulong)_incarnation),
        MaxInflightMessages = Settings.MaxInflightMessages,
        MaxSizePerMessageBytes = Settings.MaxMessageBytes,
        MaxApplyingSizeBytes = Settings.MaxApplyingBytes,
        ReadOnlyOption = _simulation.Bug.ReadOnlyOption,
    };
}
