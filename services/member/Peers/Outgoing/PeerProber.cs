namespace Etcd.Member.Peers.Outgoing;

/// <summary>Measures the round trip to a peer and says when it does not answer (etcd's probes). One task.</summary>
internal sealed partial class PeerProber
{
    /// <summary>etcd's name of the connection that is probed.</summary>
    private const string RoundTripperName = "ROUND_TRIPPER_RAFT_MESSAGE";

    private readonly PeerContext _context;
    private readonly UrlPicker _urls;
    private readonly ulong _peerId;
    private readonly ILogger _logger;
    private TimeSpan _lastRoundTrip;

    /// <summary>Creates a prober.</summary>
    public PeerProber(PeerContext context, UrlPicker urls, ulong peerId)
    {
        _context = context;
        _urls = urls;
        _peerId = peerId;
        _logger = context.Loggers.CreateLogger<PeerProber>();
    }

    /// <summary>Probes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var peer = MemberIds.Text(_peerId);
        var histogram = _context.Metrics.RoundTrip.Of(peer);
        using var timer = new PeriodicTimer(_context.Options.ProbeInterval, _context.Time);
        try
        {
            do
            {
                var start = _context.Time.GetTimestamp();
                var error = await ProbeAsync(cancellationToken).ConfigureAwait(false);
                if (error is null)
                {
                    _lastRoundTrip = _context.Time.GetElapsedTime(start);
                    histogram.Observe(_lastRoundTrip.TotalSeconds);
                }
                else
                {
                    Unhealthy(_logger, RoundTripperName, peer, _lastRoundTrip, error);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_context.Options.ProbeInterval);
        var url = _urls.Pick();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url + "/raft/probing");
            using var response = await _context.Client.SendAsync(request, limit.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : $"unexpected status {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "i/o timeout";
        }
        catch (HttpRequestException e)
        {
            return e.InnerException?.Message ?? e.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "prober detected unhealthy status")]
    private static partial void Unhealthy(
        ILogger logger, string roundTripperName, string remotePeerId, TimeSpan rtt, string error);
}
