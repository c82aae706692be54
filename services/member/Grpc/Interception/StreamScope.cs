using Etcd.Protocol.Errors;

namespace Etcd.Member.Grpc;

/// <summary>The life of one stream: ends with its client, the host, or the loss of the leader. Thread-safe.</summary>
internal sealed class StreamScope : IDisposable
{
    private readonly CancellationTokenSource _end;
    private EtcdError? _cause;

    public StreamScope(CancellationToken client) =>
        _end = CancellationTokenSource.CreateLinkedTokenSource(client);

    /// <summary>Cancelled when the stream must end, for whatever reason.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Why the server ended the stream; null when it did not.</summary>
    public EtcdError? Cause => Volatile.Read(ref _cause);

    /// <summary>Ends the stream with an error; the first one stays.</summary>
    public void End(EtcdError cause)
    {
        Interlocked.CompareExchange(ref _cause, cause, null);
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream ended by itself meanwhile.
        }
    }

    public void Dispose() => _end.Dispose();
}
