namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The hash over rows of bucket <c>key</c> that members compare (etcd's <c>kvHasher</c>): rows up to a revision,
/// without those that a compaction removes or has removed already, so that members agree whether or not their sweeps
/// have come as far.
/// </summary>
internal struct RevisionHasher
{
    private readonly long _compactRevision;
    private readonly long _revision;
    private Crc32C _crc;

    /// <summary>A hash that has seen no row.</summary>
    /// <param name="compactRevision">Rows at or below it count only when kept; -1 for none.</param>
    /// <param name="revision">Rows above it do not count.</param>
    public RevisionHasher(long compactRevision, long revision)
    {
        _compactRevision = compactRevision;
        _revision = revision;
        _crc = new Crc32C();
        _crc.Append("key"u8);
    }

    /// <summary>The hash of the rows so far.</summary>
    public readonly uint Value => _crc.Value;

    /// <summary>True when a row counts only if the compaction keeps it.</summary>
    public readonly bool NeedsKeep(Revision revision) => revision.Main <= _compactRevision;

    /// <summary>Adds a row; rows come in key order.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="value">The row's value.</param>
    /// <param name="revision">Revision of <paramref name="key"/>.</param>
    public void Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Revision revision)
    {
        // Releases before 3.5.16 removed a tombstone exactly at the compact revision; the hash passes over it so
        // that all releases agree.
        bool isTombstoneAtCompaction = revision.Main == _compactRevision && RevisionKey.IsTombstone(key);
        if (revision.Main <= _revision && !isTombstoneAtCompaction)
        {
            _crc.Append(key);
            _crc.Append(value);
        }
    }
}
