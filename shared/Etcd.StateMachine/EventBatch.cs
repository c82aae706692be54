namespace Etcd.StateMachine;

/// <summary>
/// The events of one commit, shared by all watch shards. Immutable by convention: the event objects are built once
/// and never modified after publication.
/// </summary>
/// <param name="Revisions">The revisions of the commit, ascending by one, each with at least one event.</param>
public sealed record EventBatch(IReadOnlyList<RevisionEvents> Revisions);
