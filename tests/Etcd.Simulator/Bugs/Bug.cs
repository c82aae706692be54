using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Watching;

namespace Etcd.Simulator.Bugs;

/// <summary>
/// A mistake that can be planted around the product's cores: in a simulated port, in what the driver does between
/// them, or in their configuration. The base class makes none. Production code knows nothing of this.
/// </summary>
internal class Bug
{
    /// <summary>No mistake.</summary>
    public static Bug None { get; } = new();

    /// <summary>Log writes are reported durable when they are only buffered.</summary>
    public virtual bool AcknowledgesBeforeSync => false;

    /// <summary>Clients are told of success when their write is only proposed.</summary>
    public virtual bool AnswersBeforeCommit => false;

    /// <summary>A restart finds entries again that were replaced by a later leader's.</summary>
    public virtual bool KeepsReplacedEntries => false;

    /// <summary>A crash also loses the newest of what was synced.</summary>
    public virtual bool LosesSyncedTail => false;

    /// <summary>A crash leaves a batch half written: the applied position without its data.</summary>
    public virtual bool LosesData => false;

    /// <summary>A crash leaves a batch half written: data without the applied position.</summary>
    public virtual bool LosesAppliedIndex => false;

    /// <summary>A flush returns although nothing is durable yet.</summary>
    public virtual bool FlushLies => false;

    /// <summary>A sync that failed is tried again and believed.</summary>
    public virtual bool RetriesSyncs => false;

    /// <summary>A full disk is not noticed.</summary>
    public virtual bool IgnoresFullDisks => false;

    /// <summary>Log files are cut at the first damage, whatever it is.</summary>
    public virtual bool RepairsAnyDamage => false;

    /// <summary>Log files are taken for what they hold.</summary>
    public virtual bool IgnoresChecksums => false;

    /// <summary>A member that lost its disk starts again under its old id.</summary>
    public virtual bool RejoinsEmpty => false;

    /// <summary>A cluster that is restored from a snapshot goes on at the snapshot's revision.</summary>
    public virtual bool RestoresWithoutBump => false;

    /// <summary>A restart finds disk contents of an earlier time.</summary>
    public virtual bool RestoresOldImage => false;

    /// <summary>Linearizable reads are answered from any member's view at once.</summary>
    public virtual bool ReadsWithoutIndex => false;

    /// <summary>Whoever believes to lead answers linearizable reads at once.</summary>
    public virtual bool ReadsOnBelief => false;

    /// <summary>How raft confirms reads.</summary>
    public virtual ReadOnlyOption ReadOnlyOption => ReadOnlyOption.Safe;

    /// <summary>Revocations of expired leases are proposed whoever leads by now.</summary>
    public virtual bool RevokesUnfenced => false;

    /// <summary>Expired leases are never revoked.</summary>
    public virtual bool NeverRevokes => false;

    /// <summary>Speed of the clock that leases are counted in.</summary>
    public virtual double LeaseClockRate => 1;

    /// <summary>Leases are counted by the clock on the wall.</summary>
    public virtual bool CountsLeasesByWallClock => false;

    /// <summary>Request ids and read rounds start from the clock on the wall.</summary>
    public virtual bool NumbersByWallClock => false;

    /// <summary>Each client's proposal goes into the log twice.</summary>
    public virtual bool ProposesTwice => false;

    /// <summary>Whole states that are sent hold less than they say.</summary>
    public virtual bool SendsOldStates => false;

    /// <summary>Duplicate deliveries include forwarded proposals.</summary>
    public virtual bool RepeatsForwardedProposals => false;

    /// <summary>What a log remembers of a hard state.</summary>
    public virtual LogHardState Remembered(LogHardState state) => state;

    /// <summary>Whether the engine takes a change, counted from 0 since the member started.</summary>
    public virtual bool Writes(int number) => true;

    /// <summary>Events on their way to the watches; null when they get lost.</summary>
    public virtual EventBatch? Published(EventBatch batch, Random random) => batch;

    /// <summary>History as the watches see it.</summary>
    public virtual IWatchHistory History(IWatchHistory history) => history;
}
