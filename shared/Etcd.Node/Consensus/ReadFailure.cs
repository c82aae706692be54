namespace Etcd.Node.Consensus;

/// <summary>Why a linearizable read got no index.</summary>
public enum ReadFailure
{
    /// <summary>It got one.</summary>
    None = 0,

    /// <summary>Another leader was elected during the round.</summary>
    LeaderChanged,

    /// <summary>No answer within the request timeout.</summary>
    Timeout,
}
