using System.Text;
using Etcd.Member.Metrics;

namespace Etcd.Member.Http;

/// <summary>
/// A list of checks under one path: all of them, or each under its own name (<c>/livez</c>, <c>/readyz</c>).
/// Thread-safe.
/// </summary>
internal sealed partial class CheckListHandler
{
    private readonly string _type;
    private readonly IReadOnlyDictionary<string, Func<CancellationToken, ValueTask<string?>>> _checks;
    private readonly HealthMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Creates a handler.</summary>
    /// <param name="type"><c>livez</c> or <c>readyz</c>: the path's first part.</param>
    /// <param name="checks">Checks by name; null is success, else the error.</param>
    /// <param name="metrics">Series.</param>
    /// <param name="loggers">Loggers.</param>
    public CheckListHandler(
        string type,
        IReadOnlyDictionary<string, Func<CancellationToken, ValueTask<string?>>> checks,
        HealthMetrics metrics,
        ILoggerFactory loggers)
    {
        _type = type;
        _checks = checks;
        _metrics = metrics;
        _logger = loggers.CreateLogger<CheckListHandler>();
    }

    /// <summary>True for the path of the list or of one of its checks.</summary>
    public bool Serves(string path) =>
        path == "/" + _type || (NameOf(path) is { } name && _checks.ContainsKey(name));

    /// <summary>Answers a request of such a path.</summary>
    public async Task HandleAsync(HttpContext context, string path)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            MethodRefused(_logger, path, 405);
            await GoHttp.MethodNotAllowedAsync(context, "GET").ConfigureAwait(false);
            return;
        }

        var names = NameOf(path) is { } name ? [name] : Selected(context.Request.Query["exclude"]);
        var reason = new StringBuilder();
        var healthy = true;
        foreach (var check in names)
        {
            var error = await _checks[check](context.RequestAborted).ConfigureAwait(false);
            healthy &= error is null;
            reason.Append(error is null ? $"[+]{check} ok\n" : $"[-]{check} failed: {error}\n");
            _metrics.Record(_type, check, error is null);
        }

        if (!healthy)
        {
            CheckFailed(_logger, path, reason.ToString(), 503);
            await GoHttp.ErrorAsync(context, 503, reason.ToString()).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        var verbose = context.Request.Query.ContainsKey("verbose");
        await GoHttp.WriteTextAsync(context, (verbose ? reason.ToString() : "") + "ok\n").ConfigureAwait(false);
    }

    private string? NameOf(string path) => path.StartsWith($"/{_type}/", StringComparison.Ordinal)
        ? path[(_type.Length + 2)..]
        : null;

    private List<string> Selected(IEnumerable<string?> excluded)
    {
        var left = excluded.OfType<string>().Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        var selected = _checks.Keys.Where(name => !left.Remove(name)).ToList();
        if (left.Count > 0)
        {
            NotExcluded(_logger, string.Join(',', left.Select(name => $"\"{name}\"")));
        }

        return selected;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Health request error")]
    private static partial void MethodRefused(ILogger logger, string path, int statusCode);

    [LoggerMessage(Level = LogLevel.Error, Message = "Health check error")]
    private static partial void CheckFailed(ILogger logger, string path, string reason, int statusCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "some health checks cannot be excluded")]
    private static partial void NotExcluded(ILogger logger, string missingHealthChecks);
}
