using Etcd.Member.Http.Profiling;
using Etcd.Member.Json;

namespace Etcd.Member.Http;

/// <summary>
/// What client and metrics listeners serve over HTTP/1.1 (etcd's <c>embed/serve.go</c>). Thread-safe.
/// </summary>
internal sealed partial class HttpRequestHandler
{
    private readonly AccessRules _access;
    private readonly HealthHandler _health;
    private readonly CheckListHandler _live;
    private readonly CheckListHandler _ready;
    private readonly MetricsHandler _metrics;
    private readonly VersionHandler _version;
    private readonly DebugVarsHandler _vars;
    private readonly ProfileHandler? _profiles;
    private readonly ILogger _logger;

    /// <summary>Creates a handler; <paramref name="profiles"/> is null when they are switched off.</summary>
    public HttpRequestHandler(
        AccessRules access,
        HealthHandler health,
        CheckListHandler live,
        CheckListHandler ready,
        MetricsHandler metrics,
        VersionHandler version,
        DebugVarsHandler vars,
        ProfileHandler? profiles,
        ILoggerFactory loggers)
    {
        _access = access;
        _health = health;
        _live = live;
        _ready = ready;
        _metrics = metrics;
        _version = version;
        _vars = vars;
        _profiles = profiles;
        _logger = loggers.CreateLogger<HttpRequestHandler>();
    }

    /// <summary>Answers on a client listener: access rules, then the paths; anything else is 404.</summary>
    /// <param name="context">The request.</param>
    /// <param name="gateway">The API in JSON; null if it is not served.</param>
    public async Task HandleClientAsync(HttpContext context, JsonGateway? gateway)
    {
        if (context.Request.Path.StartsWithSegments("/v3beta", StringComparison.Ordinal, out var rest) && rest.HasValue)
        {
            // As etcd does for clients of releases before 3.4.
            context.Request.Path = "/v3" + rest;
        }

        if (!await AdmitAsync(context).ConfigureAwait(false))
        {
            return;
        }

        var path = context.Request.Path.Value ?? "/";
        await (path switch
        {
            "/version" => _version.HandleAsync(context),
            "/debug/vars" => _vars.HandleAsync(context),
            _ when _profiles is not null && ProfileHandler.Serves(path) => _profiles.HandleAsync(context, path),
            _ when gateway is not null && JsonGateway.Serves(path) => gateway.HandleAsync(context),
            _ => HandleMetricsAsync(context),
        }).ConfigureAwait(false);
    }

    /// <summary>Checks origin and host; false when the answer is given.</summary>
    public async Task<bool> AdmitAsync(HttpContext context)
    {
        var host = context.Request.Host.Value ?? "";
        if (!_access.AllowsHost(host))
        {
            HostRefused(_logger, host);
            await GoHttp
                .ErrorAsync(context, 421, $"request Host header \"{host}\" is not in the host whitelist")
                .ConfigureAwait(false);
            return false;
        }

        if (!_access.AnswerCors(context))
        {
            return true;
        }

        context.Response.StatusCode = 200;
        context.Response.ContentLength = 0;
        return false;
    }

    /// <summary>Answers on a metrics listener: metrics and health only.</summary>
    public Task HandleMetricsAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return path switch
        {
            "/metrics" => _metrics.HandleAsync(context),
            "/health" => _health.HandleAsync(context),
            _ when _live.Serves(path) => _live.HandleAsync(context, path),
            _ when _ready.Serves(path) => _ready.HandleAsync(context, path),
            _ => GoHttp.NotFoundAsync(context),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "rejecting HTTP request from untrusted host")]
    private static partial void HostRefused(ILogger logger, string host);
}
