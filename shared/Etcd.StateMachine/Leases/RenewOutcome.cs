namespace Etcd.StateMachine.Leases;

/// <summary>What became of a keep-alive.</summary>
public enum RenewOutcome
{
    /// <summary>The lease has its full time again.</summary>
    Renewed,

    /// <summary>No such lease: the client gets time to live 0.</summary>
    NotFound,

    /// <summary>This member does not lead: ask the leader.</summary>
    NotPrimary,

    /// <summary>The lease has expired and is about to be revoked: try again after more entries are applied, until the
    /// outcome is another one.</summary>
    Expired,

    /// <summary>The recorded remaining time must be reset first, or a new leader would count from it: propose a
    /// checkpoint of 0 for the lease, and when it is applied try again.</summary>
    NeedsCheckpointReset,
}
