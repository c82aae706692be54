using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Client;

/// <summary>The generated clients of etcd's services over one way to make calls. Thread-safe.</summary>
public class EtcdServices
{
    internal EtcdServices(CallInvoker invoker)
    {
        Invoker = invoker;
        KV = new KV.KVClient(invoker);
        Watch = new Watch.WatchClient(invoker);
        Lease = new Lease.LeaseClient(invoker);
        Cluster = new Cluster.ClusterClient(invoker);
        Maintenance = new Maintenance.MaintenanceClient(invoker);
        Auth = new Auth.AuthClient(invoker);
    }

    /// <summary>Makes the calls; clients of further services can be built on it.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Reads and writes.</summary>
    public KV.KVClient KV { get; }

    /// <summary>Raw watch streams; see also the watch of <see cref="EtcdClient"/>.</summary>
    public Watch.WatchClient Watch { get; }

    /// <summary>Leases; see also <see cref="EtcdClient.GrantLeaseAsync"/>.</summary>
    public Lease.LeaseClient Lease { get; }

    /// <summary>Members.</summary>
    public Cluster.ClusterClient Cluster { get; }

    /// <summary>Status, alarms, hashes, snapshots: of one member each, so best through one endpoint.</summary>
    public Maintenance.MaintenanceClient Maintenance { get; }

    /// <summary>Users and roles.</summary>
    public Auth.AuthClient Auth { get; }
}
