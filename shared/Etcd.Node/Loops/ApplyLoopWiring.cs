using Etcd.Ports.Engine;
using Etcd.Node.Apply;
using Etcd.Node.Reads;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Loops;

/// <summary>Whom the apply loop tells what. Every delegate returns at once.</summary>
internal sealed record ApplyLoopWiring
{
    /// <summary>Opens the state of an engine.</summary>
    public required Func<IKvEngine, ApplyCore> Open { get; init; }

    /// <summary>A membership change is in force.</summary>
    public required Action<AppliedConfChange> ConfChanged { get; init; }

    /// <summary>StorageApply messages are done; the list is the loop's again afterwards.</summary>
    public required Action<List<Message>> Applied { get; init; }

    /// <summary>A commit is visible.</summary>
    public required Action<PublishedState> Published { get; init; }

    /// <summary>Requests were answered; the list is the loop's again afterwards.</summary>
    public required Action<List<ApplyResult>> Completed { get; init; }

    /// <summary>Events for the watch shards, in order.</summary>
    public required Action<EventBatch> Publish { get; init; }

    /// <summary>The state was replaced by that of another engine: watches must look again.</summary>
    public required Action<IKvEngine> Restored { get; init; }

    /// <summary>A proposal of the leader of one term.</summary>
    public required Action<FencedProposal> Propose { get; init; }

    /// <summary>The engine is over its quota.</summary>
    public required Action RaiseNoSpace { get; init; }

    /// <summary>The term's first entry is applied on its leader.</summary>
    public required Action FirstCommitInTerm { get; init; }

    /// <summary>The members changed; true when this one was removed.</summary>
    public required Action<bool> MembersChanged { get; init; }

    /// <summary>The index in a read round is applied, or the node stops.</summary>
    public required Action<ReadRound, EtcdError?> ReadReady { get; init; }
}
