using Etcd.Node;
using Etcd.Node.Consensus;
using Etcd.Node.Core;
using Etcd.Ports.Log;
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
    private readonly ulong _clusterId;
    private readonly Random _startRandom;
    private readonly double _clockRate;
    private readonly Queue<Action> _asleep = new();
    private MemberCore? _core;
    private long _startedAt;
    private long _clockOffset;
    private long _firstWallStart = -1;
    private bool _forgetsTime;
    private int _generation;
    private int _waitingTicks;

    public SimMember(Simulation simulation, ClusterMember self, ClusterMember[] initial, bool joins, int purpose)
    {
        _simulation = simulation;
        _random = simulation.Settings.Random(purpose);
        _self = self;
        _initial = initial;
        _joins = joins;
        _clusterId = simulation.ClusterId;
        _startRandom = simulation.Settings.Random(purpose + 1_000);
        _clockRate = 1 + (simulation.Settings.Drift * ((_random.NextDouble() * 2) - 1));
        Disk = new MemberDisk(simulation.Bug, _random);
        Disk.Log.Appended = (entry, termBefore) => simulation.Raft.Appended(Id, entry, termBefore);
    }

    public ulong Id => _self.Id;

    /// <summary>Who it is, as a voter.</summary>
    public ClusterMember Self => new(Id, _self.Name, _self.PeerUrls, [], isLearner: false);

    public MemberDisk Disk { get; }

    public bool IsRunning => _core is not null;

    public bool IsPaused { get; private set; }

    /// <summary>Removed from the cluster, or a sign that it will be: never started again.</summary>
    public bool IsRetired { get; set; }

    /// <summary>It refuses to start on its disk, or has none: only an operator can help.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What it has acknowledged may be gone with the next start.</summary>
    public bool IsLost => IsBroken || Disk.Log.IsDamaged || Disk.Log.MisdirectNextSync;

    /// <summary>The running core.</summary>
    public MemberCore Core => _core ?? throw new InvalidOperationException($"{Id:x} does not run");

    /// <summary>The member's monotonic clock, which may run a little fast or slow.</summary>
    public long LocalMilliseconds =>
        (long)((_simulation.Scheduler.Now - _startedAt) * _clockRate / Scheduler.Millisecond);

    /// <summary>The clock on the wall, which is set now and then.</summary>
    public long WallMilliseconds => (Scheduler.Now / Scheduler.Millisecond) + _clockOffset;

    private Settings Settings => _simulation.Settings;

    private Scheduler Scheduler => _simulation.Scheduler;

    public void Start()
    {
        _generation++;
        _startedAt = Scheduler.Now;
        _simulation.Trace.Add(TraceKind.Start, Id, _generation);
        try
        {
            _core = MemberCore.Start(CoreOptions(), Disk.Log, Disk.Engine);
        }
        catch (LogCorruptException exception)
        {
            SimulationFailure.Unless(
                Disk.Log.IsDamaged, "a member starts unless its log was damaged", () => $"{Id:x}: {exception.Message}");
            Break(exception.Message);
            return;
        }
        catch (IOException)
        {
            LoseDisk();
            return;
        }

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

    /// <summary>All files are gone. The product asks the other members whether it was there before, and refuses to
    /// start under an id that has voted and acknowledged; an operator must replace it by a new member.</summary>
    public void LoseFiles()
    {
        Crash();
        Disk.Wipe();
        if (_simulation.Bug.RejoinsEmpty)
        {
            _simulation.Restart(this);
        }
        else
        {
            Break("has already been bootstrapped");
        }
    }

    /// <summary>Puts a state and a log in place before the first start.</summary>
    public void Load(Ports.LogContents log, Etcd.Testing.InMemoryEngine state) => Disk.Load(log, state);

    /// <summary>Sets the clock on the wall.</summary>
    public void JumpClock(long milliseconds)
    {
        _clockOffset += milliseconds;
        _simulation.Trace.Add(TraceKind.ClockJump, Id, milliseconds);
    }

    /// <summary>A machine without a battery: its clock shows at every start what it showed at the first.
    /// </summary>
    public void ForgetTime() => _forgetsTime = true;

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
            LoseDisk();
        }
    }

    /// <summary>A disk that fails takes its member with it.</summary>
    private void LoseDisk()
    {
        _simulation.Trace.Add(TraceKind.DiskFailure, Id);
        Crash();
        _simulation.Restart(this);
    }

    private void Break(string reason)
    {
        IsBroken = true;
        _simulation.Trace.Add(TraceKind.Refused, Id, text: reason);
        _simulation.Broke();
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

    private MemberCoreOptions CoreOptions()
    {
        if (_firstWallStart < 0)
        {
            _firstWallStart = WallMilliseconds;
        }
        else if (_forgetsTime)
        {
            JumpClock(_firstWallStart - WallMilliseconds);
        }

        long incarnation = _simulation.Bug.NumbersByWallClock ? WallMilliseconds : _startRandom.NextInt64(1L << 40);
        return CoreOptions(incarnation);
    }

    private MemberCoreOptions CoreOptions(long incarnation) => new()
    {
        Member = new MemberNodeOptions
        {
            Name = _self.Name,
            MemberId = Id,
            ClusterId = _clusterId,
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
                RevokesPerSecond = Settings.RevokesPerSecond,
            },
            StateMachine = new StateMachineOptions
            {
                PersistLeaseCheckpoints = Settings.LeaseCheckpoints,
                QuotaBytes = Settings.QuotaBytes,
                ValueCacheBytes = Settings.ValueCacheBytes,
            },
        },
        Random = new Random(_random.Next()),
        Incarnation = incarnation,
        Consensus = Settings.Consensus(Id, (ulong)incarnation),
        MaxInflightMessages = Settings.MaxInflightMessages,
        MaxSizePerMessageBytes = Settings.MaxMessageBytes,
        MaxApplyingSizeBytes = Settings.MaxApplyingBytes,
        ReadOnlyOption = _simulation.Bug.ReadOnlyOption,
    };
}
