using Etcd.Member.Metrics;

namespace Etcd.Member.Http;

/// <summary><c>/health</c> (etcd's <c>etcdhttp/health.go</c>). Thread-safe.</summary>
internal sealed partial class HealthHandler
{
    private readonly HealthChecks _checks;
    private readonly HealthMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Creates a handler.</summary>
    public HealthHandler(HealthChecks checks, HealthMetrics metrics, ILoggerFactory loggers)
    {
        _checks = checks;
        _metrics = metrics;
        _logger = loggers.CreateLogger<HealthHandler>();
    }

    /// <summary>Answers: alarms first, then the leader, then a read.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            MethodRefused(_logger, 405);
            await GoHttp.MethodNotAllowedAsync(context, "GET").ConfigureAwait(false);
            return;
        }

        var reason = await CheckAsync(context).ConfigureAwait(false);
        if (reason is null)
        {
            _metrics.Success.Increment();
            await GoHttp.WriteTextAsync(context, """{"health":"true","reason":""}""").ConfigureAwait(false);
            return;
        }

        _metrics.Failures.Increment();
        var output = $$"""{"health":"false","reason":"{{reason}}"}""";
        Unhealthy(_logger, output, 503);
        await GoHttp.ErrorAsync(context, 503, output).ConfigureAwait(false);
    }

    private async ValueTask<string?> CheckAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var excluded = query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var alarm = _checks.FindAlarm(excluded);
        if (alarm is not null)
        {
            AlarmActive(_logger, alarm.ToString());
            return $"ALARM {HealthChecks.AlarmName(alarm.Alarm)}";
        }

        var isSerializable = query["serializable"].FirstOrDefault() == "true";
        if (!isSerializable && !_checks.HasLeader)
        {
            NoLeader(_logger);
            return "RAFT NO LEADER";
        }

        var error = await _checks.ReadAsync(isSerializable, context.RequestAborted).ConfigureAwait(false);
        if (error is null)
        {
            return null;
        }

        RangeFailed(_logger, error);
        return $"RANGE ERROR:{error}";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "/health error")]
    private static partial void MethodRefused(ILogger logger, int statusCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "/health error")]
    private static partial void Unhealthy(ILogger logger, string output, int statusCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "serving /health false due to an alarm")]
    private static partial void AlarmActive(ILogger logger, string alarm);

    [LoggerMessage(Level = LogLevel.Warning, Message = "serving /health false; no leader")]
    private static partial void NoLeader(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "serving /health false; Range fails")]
    private static partial void RangeFailed(ILogger logger, string error);
}
