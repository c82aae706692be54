using Etcd.Raft;

namespace Etcd.Node.Apply;

/// <summary>A membership change that was applied and must now be put in force in raft.</summary>
/// <param name="Index">Index of its entry.</param>
/// <param name="Change">The change.</param>
public readonly record struct AppliedConfChange(ulong Index, ConfChangeV2 Change);
