using Etcd.Member.Background;

namespace Etcd.Member.Tests.Host;

public sealed class RevisionCompactionTests
{
    [Fact]
    public void Compaction_keeps_the_newest_revisions_and_waits_for_new_ones()
    {
        var compaction = new RevisionCompaction(retention: 10);

        Assert.Null(compaction.Due(1));
        Assert.Null(compaction.Due(10));
        Assert.Equal(1, compaction.Due(11));
        compaction.Completed(1);
        Assert.Null(compaction.Due(11));
        Assert.Equal(490, compaction.Due(500));
    }

    [Fact]
    public void Failed_compaction_is_due_again()
    {
        var compaction = new RevisionCompaction(retention: 10);

        Assert.Equal(90, compaction.Due(100));
        Assert.Equal(90, compaction.Due(100));
        compaction.Completed(90);
        Assert.Null(compaction.Due(100));
    }

    [Fact]
    public void Interval_is_five_minutes() => Assert.Equal(TimeSpan.FromMinutes(5), RevisionCompaction.Interval);
}
