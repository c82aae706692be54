using Etcd.Raft;

namespace Etcd.Node.Loops;

/// <summary>A received snapshot on its way into the state machine; the log writer waits for it.</summary>
/// <param name="Snapshot">Its metadata.</param>
/// <param name="Done">Set when the state is durable, or the node stops.</param>
internal sealed record SnapshotInstall(Snapshot Snapshot, ManualResetEventSlim Done)
{
    /// <summary>True once the state is in place.</summary>
    public bool Installed { get; set; }
}
