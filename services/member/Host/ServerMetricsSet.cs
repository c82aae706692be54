using Etcd.Member.Config;
using Etcd.Member.Metrics;
using Etcd.Member.Metrics.Exposition;
using Etcd.Node;

namespace Etcd.Member.Host;

/// <summary>All series of a member. Made once; thread-safe.</summary>
internal sealed class ServerMetricsSet
{
    /// <summary>Adds every family to a new registry.</summary>
    public ServerMetricsSet(MemberConfig config, RunningMember member, TimeProvider time)
    {
        Health = new HealthMetrics(Registry);
        Peers = new PeerMetrics(Registry);
        Disk = new DiskMetrics(Registry, member);
        Server = new ServerMetrics(Registry, member, config.EffectiveQuotaBytes);
        Mvcc = new MvccMetrics(Registry, member, time);
        Grpc = new GrpcMetrics(Registry, config.ExtensiveMetrics);
        ProcessMetrics.Add(Registry);
        FixedMetrics.Add(Registry);
    }

    /// <summary>Where all families stand.</summary>
    public MetricRegistry Registry { get; } = new();

    /// <summary>Health probes.</summary>
    public HealthMetrics Health { get; }

    /// <summary>The wire between members.</summary>
    public PeerMetrics Peers { get; }

    /// <summary>Log and engine.</summary>
    public DiskMetrics Disk { get; }

    /// <summary>Server and raft.</summary>
    public ServerMetrics Server { get; }

    /// <summary>Keys and leases.</summary>
    public MvccMetrics Mvcc { get; }

    /// <summary>The gRPC server.</summary>
    public GrpcMetrics Grpc { get; }

    /// <summary>Lets the node's observers feed the series.</summary>
    public void Attach(MemberNode node)
    {
        node.Metrics.BackendCommitObserved = Disk.ObserveCommit;
        node.Metrics.ApplyObserved = (isV2, operation, result, seconds) =>
        {
            Server.ObserveApply(isV2, operation, result.Error is null, seconds);
            Mvcc.ObserveApply(result);
        };
        node.Metrics.CompactionStepObserved = Mvcc.ObserveCompactionStep;
        node.Metrics.CompactionObserved = Mvcc.ObserveCompaction;
        node.Metrics.CheckpointObserved = Disk.ObserveCheckpoint;
        node.Metrics.HashObserved = took => Mvcc.Hash.Observe(took.TotalSeconds);
        node.Metrics.RevisionHashObserved = took => Mvcc.HashRevision.Observe(took.TotalSeconds);
        node.Metrics.SnapshotObserved = took => Disk.BackendSnapshot.Observe(took.TotalSeconds);
    }
}
