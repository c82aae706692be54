using Etcd.StateMachine.Mvcc;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.Mvcc;

public sealed class ValueCacheTests
{
    [Fact]
    public void Newest_revisions_are_found_and_the_size_stays_bounded()
    {
        const long maxBytes = 1 << 20;
        var cache = new ValueCache(maxBytes);
        for (long main = 1; main <= 50_000; main++)
        {
            cache.Add(new Revision(main, 0), Value(main, 200));
            Assert.InRange(cache.SizeBytes, 0, maxBytes + 1000);
        }

        for (long main = 49_500; main <= 50_000; main++)
        {
            Assert.Equal(main, cache.Find(new Revision(main, 0))?.ModRevision);
        }

        Assert.Null(cache.Find(new Revision(1, 0)));
    }

    [Fact]
    public void Large_values_stay_within_the_size_wherever_their_sets_lie()
    {
        const long maxBytes = 1 << 20;
        var cache = new ValueCache(maxBytes);
        for (long main = 1; main <= 3000; main++)
        {
            cache.Add(new Revision(main, 0), Value(main, 60_000));
            Assert.InRange(cache.SizeBytes, 60_000, maxBytes);
            cache.Find(new Revision(main, 0));
        }

        Assert.InRange(cache.SizeBytes, maxBytes * 9 / 10, maxBytes);
    }

    [Fact]
    public void Used_entries_outlive_unused_ones()
    {
        var cache = new ValueCache(1 << 20);
        cache.Add(new Revision(5, 0), Value(5, 10));
        int found = 0;
        for (long main = 100; main <= 3000; main++)
        {
            cache.Add(new Revision(main, 0), Value(main, 10));
            found += cache.Find(new Revision(5, 0)) is null ? 0 : 1;
        }

        Assert.Equal(2901, found);
    }

    [Fact]
    public void Sub_revisions_are_told_apart()
    {
        var cache = new ValueCache(1 << 20);
        for (int sub = 0; sub < 100; sub++)
        {
            cache.Add(new Revision(7, sub), Value(sub, 10));
        }

        for (int sub = 0; sub < 100; sub++)
        {
            Assert.Equal(sub, cache.Find(new Revision(7, sub))?.ModRevision);
        }
    }

    [Fact]
    public void Value_too_large_for_the_cache_is_not_kept()
    {
        var cache = new ValueCache(10_000);
        cache.Add(new Revision(1, 0), Value(1, 5000));

        Assert.Null(cache.Find(new Revision(1, 0)));
        Assert.Equal(0, cache.SizeBytes);
    }

    [Fact]
    public async Task Concurrent_readers_and_writers_get_the_right_value_or_none()
    {
        var cache = new ValueCache(64 * 1024);
        Task[] tasks =
        [
            .. Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
            {
                var random = new Random(seed);
                for (int i = 0; i < 50_000; i++)
                {
                    long main = random.Next(1000);
                    if (cache.Find(new Revision(main, 0)) is { } value)
                    {
                        Assert.Equal(main, value.ModRevision);
                    }
                    else
                    {
                        cache.Add(new Revision(main, 0), Value(main, random.Next(200)));
                    }
                }
            })),
        ];
        await Task.WhenAll(tasks);

        Assert.InRange(cache.SizeBytes, 0, (64 * 1024) + 2000);
    }

    private static KeyValue Value(long main, int length) => new()
    {
        Key = ByteString.CopyFromUtf8("k"), ModRevision = main, Value = ByteString.CopyFrom(new byte[length]),
    };
}
