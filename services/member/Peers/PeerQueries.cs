using System.Text.Json;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Peers;

/// <summary>Questions to the peer ports of a cluster (etcd's <c>cluster_util.go</c>). Thread-safe.</summary>
internal sealed partial class PeerQueries
{
    /// <summary>As etcd: time of one question while joining.</summary>
    private static readonly TimeSpan QuestionTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly ILogger _logger;

    /// <summary>Creates it on a client that it does not own.</summary>
    public PeerQueries(HttpClient client, ILoggerFactory loggers)
    {
        _client = client;
        _logger = loggers.CreateLogger<PeerQueries>();
    }

    /// <summary>The cluster as the first of the URLs that answers knows it.</summary>
    /// <param name="urls">Peer URLs.</param>
    /// <param name="timeout">Time for each; null for 10 s.</param>
    /// <param name="isLogged">Failures are worth a line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null cluster and etcd's text when none answers.</returns>
    public async Task<(RunningCluster? Cluster, string Error)> FindClusterAsync(
        IEnumerable<string> urls, TimeSpan? timeout, bool isLogged, CancellationToken cancellationToken)
    {
        foreach (var url in urls)
        {
            var address = url + "/members";
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout ?? QuestionTimeout);
            try
            {
                using var response = await _client.GetAsync(address, limit.Token).ConfigureAwait(false);
                var body = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
                response.Headers.TryGetValues(PeerHeaders.ClusterId, out var ids);
                if (!response.IsSuccessStatusCode || !MemberIds.TryParse(ids?.FirstOrDefault(), out var clusterId))
                {
                    LogFailure(isLogged, address, $"unexpected status {(int)response.StatusCode}");
                    continue;
                }

                var members = JsonSerializer.Deserialize(body, PeerJson.Default.MemberJsonArray) ?? [];
                return members.Length > 0
                    ? (new RunningCluster(clusterId, [.. members.Select(member => member.ToMember())]), "")
                    : (null, "failed to get raft cluster member(s) from the given URLs");
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                LogFailure(isLogged, address, e.InnerException?.Message ?? e.Message);
            }
        }

        return (null, "could not retrieve cluster information from the given URLs");
    }

    /// <summary>The server version of a member; null when it cannot be asked.</summary>
    public async ValueTask<string?> VersionAsync(ClusterMember member, CancellationToken cancellationToken)
    {
        foreach (var url in member.PeerUrls)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(QuestionTimeout / 2);
            try
            {
                var body = await _client.GetByteArrayAsync(url + "/version", limit.Token).ConfigureAwait(false);
                return JsonSerializer.Deserialize(body, PeerJson.Default.VersionsJson)?.Server;
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                VersionFailed(_logger, url + "/version", MemberIds.Text(member.Id),
                    e.InnerException?.Message ?? e.Message);
            }
        }

        return null;
    }

    private void LogFailure(bool isLogged, string address, string error)
    {
        if (isLogged)
        {
            ClusterFailed(_logger, address, error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to get cluster response")]
    private static partial void ClusterFailed(ILogger logger, string address, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to reach the peer URL")]
    private static partial void VersionFailed(ILogger logger, string address, string remoteMemberId, string error);
}
