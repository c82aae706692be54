using Etcd.Member.Background;

namespace Etcd.Member.Tests.Host;

public sealed class PeriodicCompactionTests
{
    [Fact]
    public void Short_period_compacts_each_period_to_the_revision_one_period_ago()
    {
        var done = Run(TimeSpan.FromMinutes(10), samples: 45, failAt: []);

        // A sample each minute, its number being the revision. The window is one sample longer than the period.
        Assert.Equal([(10, 0), (20, 9), (30, 19), (40, 29)], done);
    }

    [Fact]
    public void Long_period_waits_a_whole_period_then_compacts_hourly()
    {
        var done = Run(TimeSpan.FromHours(5), samples: 80, failAt: []);

        // A sample each six minutes.
        Assert.Equal([(50, 0), (60, 9), (70, 19), (80, 29)], done);
    }

    [Fact]
    public void Failed_compaction_is_tried_at_the_next_sample()
    {
        var done = Run(TimeSpan.FromMinutes(10), samples: 22, failAt: [10, 11]);

        Assert.Equal([(12, 1), (22, 11)], done);
    }

    private static List<(int Sample, long Revision)> Run(TimeSpan period, int samples, int[] failAt)
    {
        var compaction = new PeriodicCompaction(period, TimeSpan.Zero);
        var done = new List<(int, long)>();
        compaction.Sample(0);
        for (var i = 1; i <= samples; i++)
        {
            var now = compaction.SampleInterval * i;
            if (compaction.Due(now) is { } revision && !failAt.Contains(i))
            {
                done.Add((i, revision));
                compaction.Completed(now);
            }

            compaction.Sample(i);
        }

        return done;
    }
}
