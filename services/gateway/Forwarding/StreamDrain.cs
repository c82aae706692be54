using Etcd.Gateway.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Forwarding;

/// <summary>Ends open streams when the gateway is told to stop, before the server closes its connections.</summary>
internal sealed partial class StreamDrain : IHostedLifecycleService
{
    // Some clients forget a status that they have received but not yet read when the connection closes. Half a second
    // is ample to read it, and short against what a supervisor allows for a stop.
    private static readonly TimeSpan TimeToRead = TimeSpan.FromMilliseconds(500);

    private readonly ClusterTracker _tracker;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<StreamDrain> _logger;

    public StreamDrain(ClusterTracker tracker, TimeProvider timeProvider, ILogger<StreamDrain> logger)
    {
        _tracker = tracker;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <inheritdoc />
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var streams = _tracker.View.All.Sum(member => member.Streams);
        Stopping(streams);
        _tracker.Drain();
        if (streams > 0)
        {
            await Task.Delay(TimeToRead, _timeProvider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
