namespace Etcd.Member.Host;

internal sealed partial class MemberProcess
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "flags are accepted but have no effect on this server")]
    private static partial void FlagsWithoutEffect(ILogger logger, IReadOnlyList<string> flags);

    [LoggerMessage(Level = LogLevel.Information, Message = "configuring peer listeners")]
    private static partial void ConfiguringPeerListeners(ILogger logger, string[] listenPeerUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "configuring client listeners")]
    private static partial void ConfiguringClientListeners(ILogger logger, string[] listenClientUrls);

    [LoggerMessage(Level = LogLevel.Warning, Message = "exceeded recommended request limit")]
    private static partial void LargeRequests(ILogger logger, int maxRequestBytes, int recommendedRequestBytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "opened backend db")]
    private static partial void EngineOpened(ILogger logger, string path, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Information, Message = "taking over etcd's data directory")]
    private static partial void ImportingEtcdDirectory(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "starting local member")]
    private static partial void StartingMember(ILogger logger, string localMemberId, string clusterId);

    [LoggerMessage(Level = LogLevel.Information, Message = "restarting local member")]
    private static partial void RestartingMember(
        ILogger logger, string clusterId, string localMemberId, ulong commitIndex);

    [LoggerMessage(Level = LogLevel.Information, Message = "now serving peer/client/metrics")]
    private static partial void NowServing(
        ILogger logger,
        string localMemberId,
        string[] initialAdvertisePeerUrls,
        string[] listenPeerUrls,
        string[] advertiseClientUrls,
        string[] listenClientUrls,
        string[] listenMetricsUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving peer traffic")]
    private static partial void ServingPeers(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving metrics")]
    private static partial void ServingMetrics(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "ready to serve client requests")]
    private static partial void Ready(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "serving client traffic insecurely; this is strongly discouraged!")]
    private static partial void ServingClients(ILogger logger, string traffic, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "notifying init daemon")]
    private static partial void NotifyingInit(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "successfully notified init daemon")]
    private static partial void NotifiedInit(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed to notify systemd for readiness")]
    private static partial void NotifyFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "received signal; shutting down")]
    private static partial void SignalReceived(ILogger logger, string signal);

    [LoggerMessage(Level = LogLevel.Information, Message = "closing etcd server")]
    private static partial void Closing(
        ILogger logger, string name, string dataDir, string[] advertisePeerUrls, string[] advertiseClientUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "closed etcd server")]
    private static partial void Closed(
        ILogger logger, string name, string dataDir, string[] advertisePeerUrls, string[] advertiseClientUrls);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping serving peer traffic")]
    private static partial void StoppingPeers(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped serving peer traffic")]
    private static partial void StoppedPeers(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to start etcd")]
    private static partial void StartFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Reason}")]
    private static partial void Fatal(ILogger logger, string reason, string error);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "file descriptor limit of etcd process is too low; please set higher")]
    private static partial void TooFewFiles(ILogger logger, long limit, int recommendedLimit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "server error")]
    private static partial void ServerError(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void MustRemoveData(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "distributed tracing enabled")]
    private static partial void Tracing(
        ILogger logger, string address, string serviceName, string serviceInstanceId, int samplingRate);
}
