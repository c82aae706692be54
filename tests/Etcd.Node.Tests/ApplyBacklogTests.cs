using Etcd.Node.Proposals;

namespace Etcd.Node.Tests;

public sealed class ApplyBacklogTests
{
    [Theory]
    [InlineData(5_000, false, false)]
    [InlineData(5_001, true, false)]
    [InlineData(10_000, true, false)]
    [InlineData(10_001, true, true)]
    public void Work_is_refused_beyond_the_gap_and_revokes_later(ulong gap, bool refusesPut, bool refusesRevoke)
    {
        Assert.Equal(refusesPut, ApplyBacklog.Refuses(endsLease: false, 700 + gap, 700));
        Assert.Equal(refusesRevoke, ApplyBacklog.Refuses(endsLease: true, 700 + gap, 700));
    }

    [Fact]
    public void Applied_index_read_later_than_the_committed_one_refuses_nothing() =>
        Assert.False(ApplyBacklog.Refuses(endsLease: false, committed: 10, applied: 20));
}
