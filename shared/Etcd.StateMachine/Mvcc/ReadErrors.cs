using Etcd.Protocol.Errors;

namespace Etcd.StateMachine.Mvcc;

/// <summary>Marks that never leave the room.</summary>
internal static class ReadErrors
{
    /// <summary>A value was swept by a compaction newer than the view: read again from the newest view. Compared by
    /// reference.</summary>
    public static readonly EtcdError Swept = EtcdErrors.Other("etcdserver: view is behind a compaction");
}
