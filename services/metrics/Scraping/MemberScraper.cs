using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Etcd.Metrics.Configuration;
using Etcd.Metrics.Exposition;
using Microsoft.Extensions.Logging;

namespace Etcd.Metrics.Scraping;

/// <summary>Fetches the metrics of all members. Thread-safe.</summary>
internal sealed partial class MemberScraper : IDisposable
{
    // A member writes about 200 KiB; what is fifty times larger is no member's metrics.
    private const int MaxAnswerBytes = 10 << 20;

    private readonly MetricsOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MemberScraper> _logger;
    private readonly HttpClient _client;
    private readonly ConcurrentDictionary<string, bool> _wasUp = new(StringComparer.Ordinal);

    public MemberScraper(MetricsOptions options, TimeProvider timeProvider, ILogger<MemberScraper> logger)
    {
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = options.ScrapeTimeout,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        var accept = MediaTypeWithQualityHeaderValue.Parse("text/plain;version=0.0.4");
        _client.DefaultRequestHeaders.Accept.Add(accept);
    }

    /// <summary>Scrapes all members at once; a member that fails is in the answer too, without metrics.</summary>
    public Task<MemberScrape[]> ScrapeAllAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_options.Members.Select(member => ScrapeAsync(member, cancellationToken)));

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task<MemberScrape> ScrapeAsync(Uri member, CancellationToken cancellationToken)
    {
        var start = _timeProvider.GetTimestamp();
        using var timeout = new CancellationTokenSource(_options.ScrapeTimeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _client.GetAsync(new Uri(member, "/metrics"), linked.Token);
            response.EnsureSuccessStatusCode();
            var text = await response.Content.ReadAsStringAsync(linked.Token);
            var exposition = TextParser.Parse(text);
            TellChange(member.Authority, isUp: true, "it answers");
            return new MemberScrape(member.Authority, exposition, _timeProvider.GetElapsedTime(start));
        }
        catch (Exception failure) when (
            failure is HttpRequestException or IOException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            TellChange(member.Authority, isUp: false, failure.Message);
            return new MemberScrape(member.Authority, null, _timeProvider.GetElapsedTime(start));
        }
    }

    /// <summary>Logs when a member comes or goes, not at each scrape.</summary>
    private void TellChange(string instance, bool isUp, string reason)
    {
        var wasUp = _wasUp.TryGetValue(instance, out var known) ? known : (bool?)null;
        _wasUp[instance] = isUp;
        if (wasUp == isUp)
        {
            return;
        }

        if (isUp)
        {
            MemberUp(instance);
        }
        else
        {
            MemberDown(instance, reason);
        }
    }
}
