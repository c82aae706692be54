using System.Runtime.CompilerServices;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Core;
using Metadata = Grpc.Core.Metadata;

namespace Etcd.Client.Watching;

/// <summary>A watch that outlives its streams: it knows the next revision and asks for it again.</summary>
internal sealed class ResumingWatch
{
    private const int FirstBackoffMilliseconds = 20;

    private readonly Watch.WatchClient _client;
    private readonly WatchCreateRequest _request;
    private readonly WatchOptions _options;
    private readonly TimeProvider _clock;
    private long _nextRevision;
    private WatchResponse? _fragments;
    private int _failures;

    private ResumingWatch(
        Watch.WatchClient client, WatchCreateRequest request, WatchOptions options, TimeProvider clock)
    {
        _client = client;
        _request = request.Clone();
        _options = options;
        _clock = clock;
        _nextRevision = request.StartRevision;
    }

    /// <inheritdoc cref="EtcdClient.WatchAsync(WatchCreateRequest, WatchOptions, CancellationToken)"/>
    public static async IAsyncEnumerable<WatchResponse> RunAsync(
        Watch.WatchClient client,
        WatchCreateRequest request,
        WatchOptions options,
        TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ResumingWatch watch = new(client, request, options, clock);
        while (true)
        {
            using AsyncDuplexStreamingCall<WatchRequest, WatchResponse> stream = watch.Open(cancellationToken);
            Exception? cause = await watch.CreateAsync(stream, cancellationToken);
            while (cause is null)
            {
                (WatchResponse? response, cause) = await ReadAsync(stream, cancellationToken);
                if (response is null)
                {
                    break;
                }

                if (watch.Accept(response) is { } ready)
                {
                    yield return ready;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            options.Resuming?.Invoke(cause);
            await watch.PauseAsync(cancellationToken);
        }
    }

    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Open(CancellationToken cancellationToken)
    {
        Metadata headers = _options.RequireLeader ? new Metadata { { "hasleader", "true" } } : [];
        return _client.Watch(headers, cancellationToken: cancellationToken);
    }

    /// <summary>Sends the creation; a failure is the cause to resume.</summary>
    private async Task<Exception?> CreateAsync(
        AsyncDuplexStreamingCall<WatchRequest, WatchResponse> stream, CancellationToken cancellationToken)
    {
        _fragments = null;
        WatchCreateRequest create = _request.Clone();
        create.StartRevision = _nextRevision;
        try
        {
            await stream.RequestStream.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken);
            return null;
        }
        catch (RpcException exception) when (MayResume(exception))
        {
            return exception;
        }
        catch (InvalidOperationException exception)
        {
            // The call ended before the write: reading tells why, but the cause of the next attempt is enough.
            return exception;
        }
    }

    private static async Task<(WatchResponse? Response, Exception? Cause)> ReadAsync(
        AsyncDuplexStreamingCall<WatchRequest, WatchResponse> stream, CancellationToken cancellationToken)
    {
        try
        {
            bool any = await stream.ResponseStream.MoveNext(cancellationToken);
            return (any ? stream.ResponseStream.Current : null, null);
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException exception) when (MayResume(exception))
        {
            return (null, exception);
        }
        catch (RpcException exception)
        {
            throw new EtcdException(exception.ToEtcdError(), exception);
        }
    }

    /// <summary>Follows the revision; returns what the caller is to see, if anything.</summary>
    private WatchResponse? Accept(WatchResponse response)
    {
        if (response.Canceled)
        {
            throw ToException(response);
        }

        _failures = 0;
        if (response.Created)
        {
            long revision = response.Header?.Revision ?? 0;
            _nextRevision = _nextRevision == 0 ? revision + 1 : _nextRevision;
            _options.Created?.Invoke(revision);
            return null;
        }

        if (response.Fragment || _fragments is not null)
        {
            _fragments = Join(_fragments, response);
            if (response.Fragment)
            {
                return null;
            }

            (response, _fragments) = (_fragments, null);
        }

        long last = response.Events.Count > 0
            ? response.Events[^1].Kv.ModRevision
            : response.Header?.Revision ?? 0;
        _nextRevision = Math.Max(_nextRevision, last + 1);
        return response;
    }

    private static WatchResponse Join(WatchResponse? first, WatchResponse next)
    {
        if (first is null)
        {
            return next;
        }

        first.Events.AddRange(next.Events);
        first.Fragment = false;
        return first;
    }

    private static EtcdException ToException(WatchResponse response)
    {
        if (response.CompactRevision != 0)
        {
            return new EtcdException(EtcdErrors.Compacted) { CompactRevision = response.CompactRevision };
        }

        const string separator = " desc = ";
        string reason = response.CancelReason;
        int at = reason.IndexOf(separator, StringComparison.Ordinal);
        string text = at < 0 ? reason : reason[(at + separator.Length)..];
        return new EtcdException(EtcdErrors.FromStatus(GrpcStatusCode.Unknown, text));
    }

    /// <summary>Whether another stream may do better: the status speaks of the server, not the request.</summary>
    private static bool MayResume(RpcException exception) => exception.StatusCode
        is StatusCode.Unavailable
        or StatusCode.Unknown
        or StatusCode.Internal
        or StatusCode.Cancelled
        or StatusCode.Aborted
        or StatusCode.DeadlineExceeded
        || RetryableToken(exception);

    private static bool RetryableToken(RpcException exception) => exception.ToEtcdError().Code
        is EtcdErrorCode.AuthOldRevision;

    private Task PauseAsync(CancellationToken cancellationToken)
    {
        double limit = Math.Min(
            _options.MaxBackoff.TotalMilliseconds, FirstBackoffMilliseconds << Math.Min(_failures++, 10));
        double pause = limit * (0.5 + (Random.Shared.NextDouble() / 2));
        return Task.Delay(TimeSpan.FromMilliseconds(pause), _clock, cancellationToken);
    }
}
