using Etcd.Member.Grpc;

namespace Etcd.Member.Tests.Grpc;

public sealed class LongReadsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly LongReads _reads = new();

    [Fact]
    public async Task As_many_reads_run_at_once_as_there_are_threads()
    {
        using var all = new Barrier(LongReads.MostThreads);

        var reads = Enumerable.Range(0, LongReads.MostThreads)
            .Select(number => _reads.RunAsync(() => all.SignalAndWait(Limit) ? number : -1))
            .ToList();

        Assert.Equal(Enumerable.Range(0, LongReads.MostThreads), await Task.WhenAll(reads));
    }

    [Fact]
    public async Task Reads_beyond_the_threads_wait_and_are_all_done()
    {
        using var gate = new ManualResetEventSlim();
        var running = 0;
        var most = 0;
        var reads = Enumerable.Range(0, 3 * LongReads.MostThreads)
            .Select(number => _reads.RunAsync(() =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                gate.Wait(Limit);
                Interlocked.Decrement(ref running);
                return number;
            }))
            .ToList();
        gate.Set();

        Assert.Equal(Enumerable.Range(0, 3 * LongReads.MostThreads), await Task.WhenAll(reads));
        Assert.InRange(most, 1, LongReads.MostThreads);
    }

    [Fact]
    public async Task Neither_the_read_nor_what_follows_it_is_on_a_thread_of_the_pool()
    {
        async Task<(bool, bool)> ReadAsync()
        {
            // The result is there only after it is awaited, so that what follows does not run at once.
            using var awaited = new ManualResetEventSlim();
            var reading = _reads.RunAsync(() => awaited.Wait(Limit) && Thread.CurrentThread.IsThreadPoolThread);
            var following = FollowAsync(reading);
            awaited.Set();
            return await following;
        }

        Assert.Equal((false, false), await ReadAsync());

        static async Task<(bool, bool)> FollowAsync(Task<bool> reading)
        {
            var read = await reading.ConfigureAwait(false);
            return (read, Thread.CurrentThread.IsThreadPoolThread);
        }
    }

    [Fact]
    public async Task Failure_of_a_read_is_its_own()
    {
        var failing = _reads.RunAsync<int>(() => throw new InvalidOperationException("this one"));
        Assert.Equal("this one", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        Assert.Equal(7, await _reads.RunAsync(() => 7));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}
