namespace Etcd.Member.Grpc;

/// <summary>The services whose methods <see cref="EtcdMethodProvider"/> maps. All are thread-safe.</summary>
internal sealed record EtcdMethods(
    KVService KV,
    WatchService Watch,
    LeaseService Lease,
    ClusterService Cluster,
    MaintenanceService Maintenance,
    LockService Lock,
    ElectionService Election,
    HealthService Health);
