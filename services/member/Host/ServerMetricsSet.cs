using Etcd.Member.Config;
using Etcd.Member.Metrics;
using Etcd.Member.Metrics.Exposition;
using Etcd.Node;

namespace Etcd.Member.Host;

/// <summary>All series of a member. Made once; thread-safe.</summary>
internal sealed class ServerMetricsSet
{
    /// <summary>Adds every family to a new registry.</summary>
    public ServerMetricsSet(MemberConfig config, RunningMember member)
    {
        Health = new HealthMetrics(Registry);
        Peers = new PeerMetrics(Registry);
        Disk = new DiskMetrics(Registry, member);
        Server = new ServerMetrics(Registry, member, config.EffectiveQuotaBytes);
        Mvcc = new MvccMetrics(Registry, member);
        Grpc = new GrpcMetrics(Registry, config.ExtensiveMetrics, Mvcc.Ranges);
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
        node.Metrics.BackendCommitObserved = Disk.BackendCommit.Observe;
        node.Metrics.ApplyObserved = (isV2, operation, succeeded, seconds) =>
        {
            Server.ObserveApply(isV2, operation, succeeded, seconds);
            Mvcc.CountApply(operation, succeeded);
        };
    }
}
