namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// One finished life of a key: its revisions from the put that created it to the tombstone that ended it.
/// </summary>
/// <param name="CreatedMain">Main revision of the first put; 0 when a compaction removed it and only the tombstone
/// is left.</param>
/// <param name="Version">Number of changes including the tombstone, also of those compacted away.</param>
/// <param name="Start">Position of the first revision in the history's list.</param>
/// <param name="End">Position after the tombstone.</param>
internal readonly record struct Generation(long CreatedMain, long Version, int Start, int End);
