using Etcd.Client.Endpoints;
using Grpc.Core;

namespace Etcd.Client.Calls;

/// <summary>One unary call with its attempts. Owned by its caller; disposing cancels it.</summary>
internal sealed class FailoverCall<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>First pause after a whole round of endpoints failed, doubled up to the limit below.</summary>
    private const int FirstBackoffMilliseconds = 25;

    /// <summary>A new leader takes about a second: pauses much longer than this would sleep through it.</summary>
    private const int MaxBackoffMilliseconds = 400;

    private readonly EndpointPool _pool;
    private readonly TokenSource? _tokens;
    private readonly EtcdClientOptions _options;
    private readonly Method<TRequest, TResponse> _method;
    private readonly string? _host;
    private readonly TRequest _request;
    private readonly bool _readOnly;
    private readonly DateTime? _deadline;
    private readonly CancellationTokenSource _cancellation;
    private readonly CallOptions _callOptions;
    private AsyncUnaryCall<TResponse>? _attempt;

    public FailoverCall(
        EndpointPool pool,
        TokenSource? tokens,
        EtcdClientOptions options,
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions callOptions,
        TRequest request)
    {
        _pool = pool;
        _tokens = tokens;
        _options = options;
        _method = method;
        _host = host;
        _request = request;
        _readOnly = RetryRules.IsReadOnly(method.FullName, request);
        _deadline = callOptions.Deadline ?? DefaultDeadline();
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(callOptions.CancellationToken);
        _callOptions = callOptions.WithCancellationToken(_cancellation.Token);
        if (_deadline is { } deadline)
        {
            _callOptions = _callOptions.WithDeadline(deadline);
        }
    }

    /// <summary>Starts the first attempt.</summary>
    public AsyncUnaryCall<TResponse> Start()
    {
        Task<TResponse> response = RunAsync();
        Task<Metadata> headers = HeadersAsync(response);
        // Few callers look at the headers; the response carries the same failure.
        _ = headers.ContinueWith(
            static task => _ = task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return new AsyncUnaryCall<TResponse>(response, headers, GetStatus, GetTrailers, Cancel);
    }

    private async Task<TResponse> RunAsync()
    {
        bool renewedToken = false;
        for (int attempt = 1; ; attempt++)
        {
            Endpoint endpoint = _pool.Next();
            string token = _tokens is null ? string.Empty : await _tokens.GetAsync();
            _attempt = endpoint.Invoker.AsyncUnaryCall(
                _method, _host, FailoverInvoker.WithToken(_callOptions, token), _request);
            try
            {
                TResponse response = await _attempt.ResponseAsync;
                endpoint.ReportSuccess();
                _cancellation.Dispose();
                return response;
            }
            catch (RpcException exception) when (RetryRules.MayRetry(exception, _readOnly) && HasTimeFor(attempt))
            {
                endpoint.ReportFailure();
            }
            catch (RpcException exception) when (!renewedToken && token.Length > 0
                && RetryRules.NeedsNewToken(exception))
            {
                renewedToken = true;
                _tokens?.Forget(token);
                continue;
            }

            await PauseAsync(attempt);
        }
    }

    private DateTime? DefaultDeadline() =>
        _options.RequestTimeout == Timeout.InfiniteTimeSpan || RetryRules.IsUnbounded(_method.FullName)
            ? null
            : _options.TimeProvider.GetUtcNow().UtcDateTime + _options.RequestTimeout;

    private bool HasTimeFor(int attempt) =>
        attempt < _options.MaxAttempts
        && !_cancellation.IsCancellationRequested
        && (_deadline is not { } deadline || _options.TimeProvider.GetUtcNow().UtcDateTime < deadline);

    private async Task PauseAsync(int attempt)
    {
        int round = Math.DivRem(attempt, _pool.Endpoints.Count, out int rest);
        if (rest != 0)
        {
            return;
        }

        int limit = Math.Min(MaxBackoffMilliseconds, FirstBackoffMilliseconds << Math.Min(round - 1, 8));
        TimeSpan pause = TimeSpan.FromMilliseconds(Random.Shared.Next(limit / 2, limit + 1));
        try
        {
            await Task.Delay(pause, _options.TimeProvider, _cancellation.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "Call canceled by the client.", exception));
        }
    }

    private async Task<Metadata> HeadersAsync(Task<TResponse> response)
    {
        await ((Task)response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _attempt is null ? [] : await _attempt.ResponseHeadersAsync;
    }

    private Status GetStatus() => _attempt?.GetStatus() ?? Status.DefaultCancelled;

    private Metadata GetTrailers() => _attempt?.GetTrailers() ?? [];

    private void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call has ended: nothing is left to cancel.
        }

        _attempt?.Dispose();
    }
}
