using Etcd.Ports.Engine;
using Etcd.StateMachine.Alarms;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;

namespace Etcd.StateMachine;

/// <summary>
/// Everything that the log replicates: keys, leases, members, alarms. The same entries in the same order give the
/// same state on every member.
/// <para>
/// The apply loop calls <see cref="Apply"/> for every committed entry that is at hand, then <see cref="Commit"/> once,
/// and between commits <see cref="StepCompaction"/> while there is compaction work.
/// </para>
/// <para>Thread: owned by the apply loop; <see cref="View"/> and what <see cref="Alarms"/> and <see cref="Members"/>
/// publish may be read from any thread at any time.</para>
/// </summary>
public sealed partial class ReplicatedState : IDisposable
{
    private readonly IKvEngine _engine;
    private readonly StateMachineOptions _options;
    private readonly IKvBatch _batch;
    private readonly IKvBatch _sweepBatch;
    private readonly MvccSource _source;
    private readonly MvccStore _store;
    private bool _hasUncommitted;

    private ReplicatedState(IKvEngine engine, StateMachineOptions options)
    {
        _engine = engine;
        _options = options;
        _batch = engine.CreateBatch();
        _sweepBatch = engine.CreateBatch();
        AppliedIndex = MetaKeys.ReadNumber(engine, MetaKeys.ConsistentIndex);
        AppliedTerm = MetaKeys.ReadNumber(engine, MetaKeys.Term);
        byte[]? confState = engine.Get(Bucket.Meta, MetaKeys.ConfState);
        ConfState = confState is null ? null : ConfStateJson.Read(confState);
        Alarms = AlarmSet.Open(engine);
        Members = MembershipState.Open(engine, options.MaxLearners);
        Leases = LeaseSet.Open(engine, options.MinLeaseTtlSeconds);
        _source = new MvccSource(engine, new ValueCache(options.ValueCacheBytes), options.Counts);
        _store = new MvccStore(_source, Leases, _batch, _sweepBatch);
        _store.Restore();
        _store.Publish(AppliedIndex, AppliedTerm);
        _engineBytes = EngineBytes();
    }

    /// <summary>Index of the last applied entry; 0 for a new engine. Not yet written before <see cref="Commit"/>.
    /// </summary>
    public ulong AppliedIndex { get; private set; }

    /// <summary>Term of the last applied entry.</summary>
    public ulong AppliedTerm { get; private set; }

    /// <summary>The raft configuration as of <see cref="AppliedIndex"/>; null when none was recorded.</summary>
    public Raftpb.ConfState? ConfState { get; private set; }

    /// <summary>The newest committed view. Thread-safe.</summary>
    public MvccView View => _source.Latest;

    /// <summary>The alarms.</summary>
    public AlarmSet Alarms { get; }

    /// <summary>The leases.</summary>
    public LeaseSet Leases { get; }

    /// <summary>The members and the cluster version.</summary>
    public MembershipState Members { get; }

    /// <summary>True when a compaction has rows to remove: <see cref="StepCompaction"/> has work.</summary>
    public bool HasCompactionWork => _store.HasSweep;

    /// <summary>True when the next step of the compaction is one through the index, not through rows.</summary>
    public bool IsCompactingIndex => _store.IsSweepingIndex;

    /// <summary>Reads the state that the engine holds. Walks every row of the key bucket.</summary>
    /// <param name="engine">The engine; not owned.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="InvalidDataException">A row is not what etcd writes.</exception>
    public static ReplicatedState Open(IKvEngine engine, StateMachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        return new ReplicatedState(engine, options);
    }

    /// <summary>Records the raft configuration that is in force after the entries applied so far; written by the next
    /// <see cref="Commit"/>.</summary>
    public void SetConfState(Raftpb.ConfState confState)
    {
        ArgumentNullException.ThrowIfNull(confState);
        ConfState = confState.Clone();
        _batch.Put(Bucket.Meta, MetaKeys.ConfState, ConfStateJson.Write(confState));
        _hasUncommitted = true;
    }

    /// <summary>Writes everything applied since the last commit, with the applied index and term, in one engine batch
    /// and publishes a new view. Null when no key changed.</summary>
    public EventBatch? Commit()
    {
        if (!_hasUncommitted)
        {
            return null;
        }

        MetaKeys.WriteApplied(_batch, AppliedIndex, AppliedTerm);
        _engine.Write(_batch);
        _batch.Clear();
        _hasUncommitted = false;
        _engineBytes = EngineBytes();
        PublishChanges();
        return _store.Publish(AppliedIndex, AppliedTerm);
    }

    /// <summary>Does one bounded step of the oldest unfinished compaction in an engine batch of its own. Call it
    /// between a <see cref="Commit"/> and the next <see cref="Apply"/>.</summary>
    /// <param name="maxKeys">Largest number of keys or rows looked at; etcd's default is 1000.</param>
    /// <returns>True when more steps are needed.</returns>
    public bool StepCompaction(int maxKeys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxKeys, 1);
        if (_hasUncommitted)
        {
            throw new InvalidOperationException("a compaction step between applied and committed entries");
        }

        if (!_store.HasSweep)
        {
            return false;
        }

        PendingSweep? finished = _store.StepSweep(maxKeys);
        if (_sweepBatch.Count > 0)
        {
            _engine.Write(_sweepBatch);
            _sweepBatch.Clear();
        }

        if (finished is not null)
        {
            _store.FinishSweep(finished);

            // Views of the uncompacted index would keep what the sweep has let go of.
            _store.Publish(AppliedIndex, AppliedTerm);
        }

        return _store.HasSweep;
    }

    /// <summary>Releases the batches; the engine stays open.</summary>
    public void Dispose()
    {
        _batch.Dispose();
        _sweepBatch.Dispose();
    }

    private long EngineBytes() => _options.QuotaBytes > 0 ? _engine.SizeBytes : 0;

    private void PublishChanges()
    {
        if (_alarmsChanged)
        {
            Alarms.Publish();
        }

        if (_membersChanged)
        {
            Members.Publish();
        }

        _alarmsChanged = false;
        _membersChanged = false;
    }
}
