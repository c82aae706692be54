namespace Etcd.Member.Grpc;

/// <summary>
/// Threads for large reads. On the pool, which has a thread for each processor and adds one or two a second, a
/// few reads of a whole store would hold up everything else for seconds; among threads the kernel shares the processors
/// fairly. Thread-safe.
/// </summary>
internal sealed class LongReads
{
    /// <summary>More would only make each other slower; further reads wait, others do not wait for them.</summary>
    public const int MostThreads = 16;

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly Queue<Action> _waiting = new();
    private int _threads;
    private int _idle;

    /// <summary>Reads on one of the threads. What awaits the result goes on there too, until it waits for something
    /// else: the answer of a long read takes long to encode.</summary>
    public Task<T> RunAsync<T>(Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        TaskCompletionSource<T> done = new();
        lock (_waiting)
        {
            _waiting.Enqueue(() => Run(read, done));
            if (_idle >= _waiting.Count)
            {
                Monitor.Pulse(_waiting);
            }
            else if (_threads < MostThreads)
            {
                _threads++;
                new Thread(Work) { IsBackground = true, Name = "long reads" }.Start();
            }
        }

        return done.Task;
    }

    private static void Run<T>(Func<T> read, TaskCompletionSource<T> done)
    {
        T result;
        try
        {
            result = read();
        }
        catch (Exception failure)
        {
            done.SetException(failure);
            return;
        }

        done.SetResult(result);
    }

    private void Work()
    {
        while (TryTake(out Action? read))
        {
            read();
        }
    }

    /// <summary>The next read; false when none has come for a while, and the thread counts no longer.</summary>
    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action? read)
    {
        lock (_waiting)
        {
            bool isIdle = false;
            while (!_waiting.TryDequeue(out read))
            {
                if (isIdle)
                {
                    _threads--;
                    return false;
                }

                _idle++;
                isIdle = !Monitor.Wait(_waiting, IdleTime);
                _idle--;
            }

            return true;
        }
    }
}
