using Etcd.Member.Config;
using Etcd.Member.Host;

namespace Etcd.Member.Http;

/// <summary><c>GET /version</c>: the server's and the cluster's version. Thread-safe.</summary>
internal sealed class VersionHandler(RunningMember member)
{
    /// <summary>Answers.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            return GoHttp.MethodNotAllowedAsync(context, "GET");
        }

        var cluster = member.IsStarted ? member.Node.Membership.Version?.ToString() : null;
        var body = $$"""{"etcdserver":"{{VersionText.Server}}","etcdcluster":"{{cluster ?? "not_decided"}}"}""";
        return GoHttp.WriteAsync(context, "application/json", body);
    }
}
