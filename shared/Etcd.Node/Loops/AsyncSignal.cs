namespace Etcd.Node.Loops;

/// <summary>Something that happens again and again and that tasks wait for. Thread-safe.</summary>
internal sealed class AsyncSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next <see cref="Set"/>. Take it before looking at what the signal is about.</summary>
    public Task Next
    {
        get
        {
            TaskCompletionSource? current = Volatile.Read(ref _next);
            if (current is null)
            {
                TaskCompletionSource created = new(TaskCreationOptions.RunContinuationsAsynchronously);
                current = Interlocked.CompareExchange(ref _next, created, null) ?? created;
            }

            return current.Task;
        }
    }

    /// <summary>It happened. Costs nothing when nobody waits.</summary>
    public void Set()
    {
        if (Volatile.Read(ref _next) is not null)
        {
            Interlocked.Exchange(ref _next, null)?.TrySetResult();
        }
    }
}
