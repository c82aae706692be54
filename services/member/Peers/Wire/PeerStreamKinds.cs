namespace Etcd.Member.Peers.Wire;

/// <summary>Paths and names of the streams.</summary>
internal static class PeerStreamKinds
{
    /// <summary>Path up to the id of the member that reads.</summary>
    public static string Path(this PeerStreamKind kind) => kind == PeerStreamKind.Append
        ? "/raft/stream/msgapp/"
        : "/raft/stream/message/";

    /// <summary>Name in logs, as etcd has it.</summary>
    public static string LogName(this PeerStreamKind kind) => kind == PeerStreamKind.Append
        ? "stream MsgApp v2"
        : "stream Message";
}
