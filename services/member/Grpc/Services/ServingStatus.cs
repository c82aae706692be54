using Grpc.Health.V1;

namespace Etcd.Member.Grpc;

/// <summary>What the health service answers, and who waits for a change. Thread-safe.</summary>
internal sealed class ServingStatus
{
    private readonly Lock _lock = new();
    private int _defragmenting;
    private bool _isStopping;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServingStatus(IHostApplicationLifetime lifetime) =>
        lifetime.ApplicationStopping.Register(() => Change(() => _isStopping = true));

    /// <summary>The present status, and a task that completes when it may have changed.</summary>
    public (HealthCheckResponse.Types.ServingStatus Status, Task Changed) Read()
    {
        lock (_lock)
        {
            bool serves = !_isStopping && _defragmenting == 0;
            return (
                serves
                    ? HealthCheckResponse.Types.ServingStatus.Serving
                    : HealthCheckResponse.Types.ServingStatus.NotServing,
                _changed.Task);
        }
    }

    /// <summary>A defragmentation begins.</summary>
    public void DefragmentStarted() => Change(() => _defragmenting++);

    /// <summary>A defragmentation has ended.</summary>
    public void DefragmentFinished() => Change(() => _defragmenting--);

    private void Change(Action change)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            change();
            waiting = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }
}
