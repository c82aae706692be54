namespace Grpc.Core;

/// <summary>The options of one call. Immutable.</summary>
public struct CallOptions
{
    private Metadata? _headers;
    private DateTime? _deadline;
    private CancellationToken _cancellationToken;
    private WriteOptions? _writeOptions;
    private ContextPropagationToken? _propagationToken;
    private CallCredentials? _credentials;
    private bool _waitForReady;

    /// <summary>Creates options; the deadline is in UTC.</summary>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        _headers = headers;
        _deadline = deadline;
        _cancellationToken = cancellationToken;
        _writeOptions = writeOptions;
        _propagationToken = propagationToken;
        _credentials = credentials;
    }

    /// <summary>Headers to send; null for none.</summary>
    public readonly Metadata? Headers => _headers;

    /// <summary>Deadline in UTC; null for none.</summary>
    public readonly DateTime? Deadline => _deadline;

    /// <summary>Cancels the call.</summary>
    public readonly CancellationToken CancellationToken => _cancellationToken;

    /// <summary>How requests are written; null for the default.</summary>
    public readonly WriteOptions? WriteOptions => _writeOptions;

    /// <summary>What is inherited from a surrounding call; null for nothing.</summary>
    public readonly ContextPropagationToken? PropagationToken => _propagationToken;

    /// <summary>Credentials of this call; null for none.</summary>
    public readonly CallCredentials? Credentials => _credentials;

    /// <summary>Whether the call waits for a connection instead of failing.</summary>
    public readonly bool IsWaitForReady => _waitForReady;

    /// <summary>A copy with other headers.</summary>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { _headers = headers };

    /// <summary>A copy with another deadline, in UTC.</summary>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { _deadline = deadline };

    /// <summary>A copy with another token.</summary>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { _cancellationToken = cancellationToken };

    /// <summary>A copy with other write options.</summary>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) =>
        this with { _writeOptions = writeOptions };

    /// <summary>A copy with another propagation token.</summary>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { _propagationToken = propagationToken };

    /// <summary>A copy with other credentials.</summary>
    public readonly CallOptions WithCredentials(CallCredentials credentials) =>
        this with { _credentials = credentials };

    /// <summary>A copy that waits, or not, for a connection.</summary>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) =>
        this with { _waitForReady = waitForReady };
}
