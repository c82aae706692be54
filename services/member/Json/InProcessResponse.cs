using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Member.Json;

/// <summary>What the gRPC library sees as the response of an HTTP/2 request: a pipe and trailers.</summary>
internal sealed class InProcessResponse : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpResponseTrailersFeature
{
    private readonly PipeWriter _writer;
    private Stream? _stream;

    public InProcessResponse(PipeWriter writer) => _writer = writer;

    public int StatusCode { get; set; } = 200;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    /// <summary>Of no use: the body goes through <see cref="Writer"/>.</summary>
    public Stream Body
    {
        get => Stream;
        set => throw new NotSupportedException();
    }

    public bool HasStarted { get; private set; }

    public Stream Stream => _stream ??= _writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => _writer;

    public void OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException();

    public void OnCompleted(Func<object, Task> callback, object state) => throw new NotSupportedException();

    public void DisableBuffering()
    {
        // Each message is flushed by whoever writes it.
    }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        HasStarted = true;
        return Task.CompletedTask;
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Ends the body; a second time it does nothing.</summary>
    public Task CompleteAsync()
    {
        HasStarted = true;
        return _writer.CompleteAsync().AsTask();
    }
}
