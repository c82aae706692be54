namespace Etcd.Member.Background;

/// <summary>
/// Decides what compaction by revisions removes: all but the newest so many (etcd's <c>v3compactor/revision.go</c>).
/// Pure; used by one task, which asks every <see cref="Interval"/>.
/// </summary>
/// <param name="retention">Revisions that are kept; above 0.</param>
internal sealed class RevisionCompaction(long retention)
{
    private long _completed;

    /// <summary>Time between two looks, as in etcd.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The revision to compact to when the store is at <paramref name="current"/>; null when there is none
    /// yet or it is the one of the last time.</summary>
    public long? Due(long current)
    {
        var revision = current - retention;
        return revision > 0 && revision != _completed ? revision : null;
    }

    /// <summary>The compaction that was due is done.</summary>
    public void Completed(long revision) => _completed = revision;
}
