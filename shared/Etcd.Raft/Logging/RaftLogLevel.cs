namespace Etcd.Raft;

/// <summary>How much a line of the core matters.</summary>
public enum RaftLogLevel
{
    /// <summary>Per message or batch.</summary>
    Debug,

    /// <summary>Elections, leadership, membership.</summary>
    Info,

    /// <summary>Unexpected, but handled.</summary>
    Warning,

    /// <summary>Should not happen.</summary>
    Error,
}
