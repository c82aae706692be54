namespace Etcd.StateMachine.Leases;

/// <summary>Hears of replicated changes to leases, in log order, on the apply loop.</summary>
internal interface ILeaseObserver
{
    /// <summary>A lease was granted.</summary>
    void OnGranted(Lease lease);

    /// <summary>The remaining time of a lease was recorded or reset.</summary>
    void OnCheckpointed(Lease lease);
}
