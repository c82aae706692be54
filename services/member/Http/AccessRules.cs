using Etcd.Member.Config.Values;

namespace Etcd.Member.Http;

/// <summary>Who may call over HTTP: origins and host names (etcd's <c>AccessController</c>). Immutable.</summary>
internal sealed class AccessRules(IReadOnlyList<string> origins, IReadOnlyList<string> hosts)
{
    private readonly bool _anyOrigin = origins.Count == 0 || origins.Contains("*");
    private readonly bool _anyHost = hosts.Count == 0 || hosts.Contains("*");

    /// <summary>Adds the CORS headers; true when the request was a preflight and is answered.</summary>
    public bool AnswerCors(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (_anyOrigin || (origin.Length > 0 && origins.Contains(origin)))
        {
            var headers = context.Response.Headers;
            headers.AccessControlAllowMethods = "POST, GET, OPTIONS, PUT, DELETE";
            headers.AccessControlAllowOrigin = _anyOrigin ? "*" : origin;
            headers.AccessControlAllowHeaders = "accept, content-type, authorization";
        }

        return HttpMethods.IsOptions(context.Request.Method);
    }

    /// <summary>True when the host name of a plaintext request is allowed.</summary>
    public bool AllowsHost(string hostHeader)
    {
        if (_anyHost)
        {
            return true;
        }

        var name = HostPort.TrySplit(hostHeader, out var host, out _, out _) ? host : hostHeader;
        return hosts.Contains(name);
    }
}
