namespace Etcd.Raft;

/// <summary>Whether a storage has what was asked for.</summary>
public enum StorageStatus
{
    /// <summary>Found.</summary>
    Ok,

    /// <summary>The index lies before what the log still holds.</summary>
    Compacted,

    /// <summary>The index lies after what the log holds, or a snapshot is not ready yet.</summary>
    Unavailable,
}
