using Mvccpb;

namespace Etcd.StateMachine;

/// <summary>
/// All events of one main revision. A PUT carries the full key-value, a DELETE only key and <c>mod_revision</c>;
/// <c>prev_kv</c> is never set: who needs it asks a view for the key at <paramref name="Revision"/> - 1.
/// </summary>
/// <param name="Revision">The main revision.</param>
/// <param name="Events">At least one, in the order of the changes. Shared: never modified.</param>
public sealed record RevisionEvents(long Revision, IReadOnlyList<Event> Events);
