using Etcd.Node.Diagnostics;
using Etcd.Node.Peers;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace Etcd.Node;

/// <summary>
/// One running member: consensus, state machine and the threads around them. Thread-safe. The edges propose,
/// read and watch through it; they never see a thread, a log or an index of their own.
/// </summary>
/// <remarks>See <c>Loops/</c> for which thread owns what.</remarks>
public sealed partial class MemberNode : IPeerEvents, IAsyncDisposable
{
    /// <summary>
    /// Opens or creates the log, rebuilds the state machine from the engine, starts the threads and publishes
    /// this member's attributes in the background (<see cref="Published"/>).
    /// </summary>
    /// <param name="options">What this member is.</param>
    /// <param name="logStore">Its log; opened and owned by the node.</param>
    /// <param name="engine">Its engine, open; disposed by the caller after the node.</param>
    /// <param name="transport">The wire to the other members; disposed by the caller after the node.</param>
    /// <param name="timeProvider">All time the node knows.</param>
    /// <param name="loggerFactory">Loggers.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="LogCorruptException">The log is damaged.</exception>
    /// <exception cref="MemberStartException">Log, engine and options contradict each other.</exception>
    public static Task<MemberNode> StartAsync(
        MemberNodeOptions options,
        IRaftLogStore logStore,
        IKvEngine engine,
        IPeerTransport transport,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>This member.</summary>
    public ulong MemberId => throw new NotSupportedException();

    /// <summary>Its cluster.</summary>
    public ulong ClusterId => throw new NotSupportedException();

    /// <summary>Leader, term and commit index at one moment.</summary>
    public RaftStatusView Raft => throw new NotSupportedException();

    /// <summary>The leader as this member knows it; 0 for none.</summary>
    public ulong LeaderId => Raft.LeaderId;

    /// <summary>Current term.</summary>
    public ulong Term => Raft.Term;

    /// <summary>Highest committed index (<c>raftIndex</c> of Status).</summary>
    public ulong CommittedIndex => Raft.CommittedIndex;

    /// <summary>Highest applied index; everything up to it is in <see cref="View"/>.</summary>
    public ulong AppliedIndex => throw new NotSupportedException();

    /// <summary>True while this member leads.</summary>
    public bool IsLeader => Raft.IsLeader;

    /// <summary>True while this member has no vote.</summary>
    public bool IsLearner => Membership.Find(MemberId) is { IsLearner: true };

    /// <summary>The store as of the last commit.</summary>
    public MvccView View => throw new NotSupportedException();

    /// <summary>Members and cluster version as of the last commit.</summary>
    public ClusterMembership Membership => throw new NotSupportedException();

    /// <summary>Active alarms as of the last commit.</summary>
    public IReadOnlyList<AlarmMember> Alarms => throw new NotSupportedException();

    /// <summary>Counters.</summary>
    public NodeMetrics Metrics => throw new NotSupportedException();

    /// <summary>Completes once this member's name and client URLs are applied: from then on it serves clients.</summary>
    public Task Published => throw new NotSupportedException();

    /// <summary>
    /// Completes when the node has ended: without error after <see cref="DisposeAsync"/> or
    /// <see cref="RemovedFromCluster"/>, with the error when log or engine failed.
    /// </summary>
    public Task Stopped => throw new NotSupportedException();

    /// <summary>True when this member was removed from the cluster; the node stops itself about a second later.</summary>
    public bool RemovedFromCluster => throw new NotSupportedException();

    /// <summary>A token that is cancelled at the next change to another leader, as seen now: lets streams that ask
    /// for a leader notice (etcd <c>LeaderChangedNotify</c>).</summary>
    public CancellationToken LeaderChangedToken => throw new NotSupportedException();

    /// <summary>
    /// Proposes a request and waits until it is applied here. Sets <c>header.ID</c> (keeping the user name and
    /// revision that the caller put into the header) and picks a lease id for a grant without one.
    /// </summary>
    /// <returns>The answer, or an error that says whether the request may still be applied (api.md §2, §13).</returns>
    /// <exception cref="OperationCanceledException">The caller gave up; the request may still be applied.</exception>
    public ValueTask<ApplyResult> ProposeAsync(InternalRaftRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>
    /// Completes when <see cref="View"/> includes everything that was acknowledged anywhere in the cluster before the
    /// call: read the view afterwards. Null on success.
    /// </summary>
    public ValueTask<EtcdError?> LinearizableReadAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Adds a member; checks as <c>--strict-reconfig-check</c> says. The URLs are valid already.</summary>
    public ValueTask<MemberChangeResult> AddMemberAsync(
        IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Removes a member.</summary>
    public ValueTask<MemberChangeResult> RemoveMemberAsync(ulong memberId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Replaces a member's peer URLs.</summary>
    public ValueTask<MemberChangeResult> UpdateMemberAsync(
        ulong memberId, IReadOnlyList<string> peerUrls, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Gives a learner its vote. Only on the leader, else <see cref="EtcdErrors.NotLeader"/>: the caller
    /// forwards it.</summary>
    public ValueTask<MemberChangeResult> PromoteMemberAsync(ulong memberId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Renews a lease, after confirming that this member still leads and has applied everything.</summary>
    public ValueTask<LeaseRenewal> RenewLeaseAsync(long leaseId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>What the leader knows of a lease; <see cref="EtcdErrors.NotLeader"/> when this member does not lead.
    /// </summary>
    public ValueTask<(LeaseStatus? Status, EtcdError? Error)> LeaseTimeToLiveAsync(
        long leaseId, bool withKeys, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Ids of all leases known here, by remaining time.</summary>
    public ValueTask<IReadOnlyList<long>> ListLeasesAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Hash of the keys at a revision, 0 for the current one; runs on a background thread.</summary>
    public ValueTask<(HashKvResult Result, EtcdError? Error)> HashKvAsync(
        long revision, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Hands leadership to a voter and waits until it has it.</summary>
    public ValueTask<EtcdError?> MoveLeaderAsync(ulong memberId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Flushes the engine and releases log segments now, whatever the triggers say.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ReceiveResult Receive(Message message) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void ReportUnreachable(ulong memberId) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void ReportSnapshot(ulong memberId, bool succeeded) => throw new NotSupportedException();

    /// <summary>Hands leadership over when this member leads, then ends all threads. Waiters get
    /// <c>etcdserver: server stopped</c>.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
