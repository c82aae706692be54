using Etcd.Node.Loops;

namespace Etcd.Node.Tests;

public sealed class CombiningQueueTests
{
    [Fact]
    public async Task Items_of_many_threads_are_done_once_in_order_by_one_thread_at_a_time()
    {
        const int threads = 8;
        const int items = 20_000;
        int[] last = new int[threads];
        int working = 0;
        bool overlapped = false;
        bool disordered = false;
        CombiningQueue<(int Thread, int Number)> queue = new(int.MaxValue, lentBatches: 4, batch =>
        {
            overlapped |= Interlocked.Increment(ref working) != 1;
            foreach ((int thread, int number) in batch)
            {
                disordered |= number != last[thread] + 1;
                last[thread] = number;
            }

            Interlocked.Decrement(ref working);
        });
        Task own = OnThread(queue.Run);
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => OnThread(() =>
        {
            for (int number = 1; number <= items; number++)
            {
                queue.Add((thread, number));
                if (number % 16 == 0)
                {
                    queue.Wake();
                }
                else if (number % 3 != 0)
                {
                    queue.Work();
                }
            }
        })));
        queue.Close();
        await own;
        Assert.False(overlapped);
        Assert.False(disordered);
        Assert.All(last, number => Assert.Equal(items, number));
    }

    [Fact]
    public async Task Added_item_waits_for_work_or_wake()
    {
        List<int> done = [];
        TaskCompletionSource<Thread> started = new();
        Thread? worker = null;
        CombiningQueue<int> queue = new(int.MaxValue, lentBatches: 1, batch =>
        {
            done.AddRange(batch);
            worker = Thread.CurrentThread;
            started.TrySetResult(Thread.CurrentThread);
        });
        Task own = OnThread(queue.Run);
        Thread ownThread = await started.Task;

        // The first batch of the queue's own thread may end a moment after it was seen.
        SpinWait.SpinUntil(() =>
        {
            queue.Add(1);
            queue.Work();
            return worker == Thread.CurrentThread;
        });
        int count = done.Count;
        queue.Add(2);
        Assert.Equal(count, done.Count);
        queue.Wake();
        SpinWait.SpinUntil(() => Volatile.Read(ref worker) == ownThread);
        queue.Close();
        await own;
        Assert.Equal(2, done[^1]);
        Assert.Equal(count + 1, done.Count);
        Assert.False(queue.Add(3));
    }

    [Fact]
    public async Task Lent_thread_is_released_when_work_never_ends()
    {
        CombiningQueue<int>? queue = null;
        bool isEnough = false;
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        queue = new(int.MaxValue, lentBatches: 2, batch =>
        {
            began.TrySetResult();
            if (batch.Count > 0 && !Volatile.Read(ref isEnough))
            {
                queue!.Add(batch[0]);
            }
        });
        Task own = OnThread(queue.Run);
        await began.Task;
        SpinWait.SpinUntil(queue.TryEnter);
        queue.Exit();
        queue.Add(1);

        // Would never return if the caller had to see the work through.
        queue.Work();
        Volatile.Write(ref isEnough, true);
        queue.Close();
        await own;
        Assert.Empty(queue.Rest);
    }

    [Fact]
    public async Task Failure_on_a_lent_thread_ends_the_own_one_with_it()
    {
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CombiningQueue<int> queue = new(int.MaxValue, lentBatches: 1, batch =>
        {
            began.TrySetResult();
            if (batch.Contains(7))
            {
                throw new InvalidDataException("seven");
            }
        });
        Task own = OnThread(queue.Run);
        await began.Task;
        await OnThread(() =>
        {
            while (queue.Add(7))
            {
                queue.Work();
            }
        });
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => own);
        Assert.Equal("seven", error.Message);
        Assert.False(queue.TryAdd(8));
    }

    [Fact]
    public void Full_queue_refuses_what_may_be_lost_only()
    {
        CombiningQueue<int> queue = new(capacity: 2, lentBatches: 1, static _ => { });
        Assert.True(queue.TryAdd(1));
        Assert.True(queue.TryAdd(2));
        Assert.False(queue.TryAdd(3));
        Assert.True(queue.Add(4));
        queue.Close();
        queue.Run();
        Assert.Empty(queue.Rest);
    }

    private static Task OnThread(Action body) => Task.Factory.StartNew(
        body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
