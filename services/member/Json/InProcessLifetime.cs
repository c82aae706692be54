using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Member.Json;

/// <summary>The life of a call: it ends with the HTTP request that it serves, or by itself.</summary>
internal sealed class InProcessLifetime : IHttpRequestLifetimeFeature, IDisposable
{
    private readonly CancellationTokenSource _source;

    public InProcessLifetime(CancellationToken request)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(request);
        RequestAborted = _source.Token;
    }

    public CancellationToken RequestAborted { get; set; }

    public void Abort() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
