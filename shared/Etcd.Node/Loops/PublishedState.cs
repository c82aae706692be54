using Etcd.Raft;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Node.Loops;

/// <summary>What the apply loop shows the rest of the node after a commit. Immutable.</summary>
/// <param name="View">The store.</param>
/// <param name="Membership">Members and cluster version.</param>
/// <param name="Alarms">Active alarms.</param>
/// <param name="AppliedIndex">Index of the last committed entry.</param>
/// <param name="AppliedTerm">Its term.</param>
/// <param name="ConfState">Raft's configuration there.</param>
internal sealed record PublishedState(
    MvccView View,
    ClusterMembership Membership,
    IReadOnlyList<AlarmMember> Alarms,
    ulong AppliedIndex,
    ulong AppliedTerm,
    ConfState ConfState);
