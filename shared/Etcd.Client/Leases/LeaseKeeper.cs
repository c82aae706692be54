using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Client.Leases;

/// <summary>Keeps one lease alive: renews it each third of its time, over a new stream whenever one breaks.</summary>
/// <remarks>
/// The lease counts as lost when the server does not know it, or when its time has passed without a renewal. Disposing
/// stops the renewals and leaves the lease to expire; see <see cref="RevokeAsync"/>. Thread-safe.
/// </remarks>
public sealed class LeaseKeeper : IAsyncDisposable
{
    /// <summary>Renewals per time to live: two may fail before the lease is in danger.</summary>
    private const int RenewalsPerLife = 3;

    /// <summary>Pause after a broken stream: short against any lease, long against a busy loop.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly Lease.LeaseClient _client;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _loop;
    private long _lastRenewal;

    internal LeaseKeeper(Lease.LeaseClient client, long leaseId, TimeSpan timeToLive, TimeProvider clock)
    {
        _client = client;
        _clock = clock;
        LeaseId = leaseId;
        TimeToLive = timeToLive;
        Lost = _lost.Token;
        _lastRenewal = clock.GetTimestamp();
        _loop = RunAsync();
    }

    /// <summary>The lease.</summary>
    public long LeaseId { get; }

    /// <summary>How long the lease lives without a renewal.</summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>Cancelled once the lease is lost; never by disposing.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Stops the renewals and revokes the lease: its keys are deleted.</summary>
    /// <param name="cancellationToken">Gives up the revocation.</param>
    public async Task RevokeAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        await _client.LeaseRevokeAsync(new LeaseRevokeRequest { ID = LeaseId }, cancellationToken: cancellationToken);
    }

    /// <summary>Stops the renewals.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested && !_lost.IsCancellationRequested)
        {
            try
            {
                await RenewOverOneStreamAsync();
                await Task.Delay(RetryPause, _clock, _stop.Token);
            }
            catch (Exception exception) when (exception
                is RpcException or OperationCanceledException or InvalidOperationException)
            {
                await Task.Delay(RetryPause, _clock, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!_stop.IsCancellationRequested && _clock.GetElapsedTime(_lastRenewal) >= TimeToLive)
            {
                await _lost.CancelAsync();
            }
        }
    }

    /// <summary>Returns when the lease is lost; a broken or silent stream throws.</summary>
    private async Task RenewOverOneStreamAsync()
    {
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using AsyncDuplexStreamingCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream =
            _client.LeaseKeepAlive(cancellationToken: silence.Token);
        TimeSpan interval = TimeToLive / RenewalsPerLife;
        while (true)
        {
            // An answer that does not come within an interval will not come: another endpoint may do better.
            silence.CancelAfter(interval);
            await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = LeaseId }, silence.Token);
            if (!await stream.ResponseStream.MoveNext(silence.Token))
            {
                return;
            }

            if (stream.ResponseStream.Current.TTL <= 0)
            {
                await _lost.CancelAsync();
                return;
            }

            _lastRenewal = _clock.GetTimestamp();
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            await Task.Delay(interval, _clock, _stop.Token);
        }
    }
}
