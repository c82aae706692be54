using Etcd.Node.Apply;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Bootstrap;

/// <summary>What a member starts from.</summary>
/// <param name="MemberId">This member.</param>
/// <param name="ClusterId">Its cluster.</param>
/// <param name="Log">The open log.</param>
/// <param name="MarkerIndex">Index of the newest marker in the log.</param>
/// <param name="Storage">The entries after it.</param>
/// <param name="State">The state machine.</param>
/// <param name="ConfState">Raft's configuration at the applied index.</param>
internal sealed record RecoveredMember(
    ulong MemberId,
    ulong ClusterId,
    IRaftLog Log,
    ulong MarkerIndex,
    MemoryRaftStorage Storage,
    ReplicatedState State,
    ConfState ConfState);
