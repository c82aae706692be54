using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;

namespace Etcd.Node.Loops;

/// <summary>A physical compaction whose requester waits for the removal itself.</summary>
/// <param name="Sweep">The removal.</param>
/// <param name="Done">Completed when it has finished, or with why it will not.</param>
internal sealed record SweepWait(CompactionSweep Sweep, TaskCompletionSource<EtcdError?> Done);
