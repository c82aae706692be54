using Etcd.Node.Consensus;
using Etcd.Node.Core;
using Etcd.Raft;
using Etcd.Testing;

namespace Etcd.Node.Tests.Cluster;

/// <summary>A member core, its disks and the work it waits for.</summary>
internal sealed class SimulatedMember(ulong id, Func<long, MemberCoreOptions> options)
{
    private long _incarnation;

    public ulong Id { get; } = id;

    public InMemoryEngine Engine { get; private set; } = new();

    public InMemoryRaftLogStore LogStore { get; private set; } = new();

    public MemberCore Core { get; private set; } = null!; // Set by Start, called by the cluster's constructor.

    public LogWriting Log { get; private set; } = null!; // As Core.

    public Queue<Message> LogWrites { get; } = new();

    public Queue<Message> Applies { get; } = new();

    public void Start()
    {
        _incarnation++;
        Core = MemberCore.Start(options(_incarnation * 1_000_000), LogStore, Engine);
        Log = new LogWriting(Core.Log);
    }

    public void Install(Snapshot snapshot, InMemoryEngine engine)
    {
        engine.Flush();
        Engine = engine;
        Core.InstallState(snapshot, engine);
    }

    public void Crash(int survivingBatches)
    {
        Engine = Engine.Crash(survivingBatches);
        LogStore = LogStore.Crash();
        LogWrites.Clear();
        Applies.Clear();
    }
}
