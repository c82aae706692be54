namespace Etcd.Raft;

/// <summary>What identifies an entry: two logs with the same id at an index agree up to it.</summary>
internal readonly record struct EntryId(ulong Term, ulong Index);
