namespace Etcd.StateMachine.Mvcc;

/// <summary>A hash over the revisions of the store, comparable between members (etcd's <c>HashKV</c>).</summary>
/// <param name="Hash">CRC-32C of the rows.</param>
/// <param name="CompactRevision">The compact revision that the hash was computed with; -1 for none.</param>
/// <param name="HashRevision">The highest main revision that the hash covers.</param>
/// <param name="CurrentRevision">The store's revision when it was computed.</param>
public readonly record struct HashKvResult(uint Hash, long CompactRevision, long HashRevision, long CurrentRevision);
