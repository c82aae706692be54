using System.Net;
using Etcd.Gateway.Cluster;
using Etcd.Gateway.Configuration;
using Etcd.Gateway.Routing;
using Etcd.Protocol.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Yarp.ReverseProxy.Forwarder;

namespace Etcd.Gateway.Forwarding;

/// <summary>Takes every request to a member and the answer back. Thread-safe.</summary>
/// <remarks>
/// <code>
///   1. route      by path; a range by its content as well
///   2. select     the leader or the least busy member; wait, bounded, while there is none
///   3. attempt    forward; the answer streams through
///   4. judge      not sent → 2; lost and repeatable → 2; lost otherwise → Unavailable, as it may have been done;
///                 broken → Unavailable in the trailers
/// </code>
/// A write that may have reached a member is never sent twice.
/// </remarks>
internal sealed partial class GatewayForwarder
{
    // Attempts end by the wait for a leader, not by their number; this only stops a member that accepts and drops
    // connections from being tried for ever.
    private const int MaxRetries = 20;

    private static readonly ForwarderRequestConfig Grpc = new()
    {
        // Watches and keepalives are idle for as long as nothing happens.
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,
    };

    private static readonly ForwarderRequestConfig Http1 = Grpc with { Version = HttpVersion.Version11 };

    private readonly ClusterTracker _tracker;
    private readonly MemberSelector _selector = new();
    private readonly RouteTable _routes;
    private readonly IHttpForwarder _forwarder;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<GatewayForwarder> _logger;
    private readonly ResiliencePipeline<AttemptOutcome> _retry;

    public GatewayForwarder(
        ClusterTracker tracker,
        IHttpForwarder forwarder,
        GatewayOptions options,
        TimeProvider timeProvider,
        ILogger<GatewayForwarder> logger)
    {
        _tracker = tracker;
        _forwarder = forwarder;
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _routes = new RouteTable(options.SpreadWatches);
        _retry = new ResiliencePipelineBuilder<AttemptOutcome> { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions<AttemptOutcome>
            {
                // The first retry is immediate, since the next attempt waits for a leader itself.
                MaxRetryAttempts = MaxRetries,
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(
                    TimeSpan.FromMilliseconds(Math.Min(250, 10 * arguments.AttemptNumber))),
                ShouldHandle = static arguments => ValueTask.FromResult(ShouldRetry(arguments)),
            })
            .Build();
    }

    /// <summary>Serves one request; no exception is the client's doing alone.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = await RouteAsync(context);
        var resilience = ResilienceContextPool.Shared.Get(context.RequestAborted);
        try
        {
            resilience.Properties.Set(RequestKey, request);
            var outcome = await _retry.ExecuteAsync(
                static async (resilience, self) =>
                    await self.AttemptAsync(resilience.Properties.GetValue(RequestKey, null!)), // Set above.
                resilience,
                this);
            await ConcludeAsync(request, outcome);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            ClientLeft(context.Request.Path);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(resilience);
        }
    }

    private static readonly ResiliencePropertyKey<ForwardRequest> RequestKey = new("request");

    private static bool ShouldRetry(RetryPredicateArguments<AttemptOutcome> arguments) =>
        arguments.Outcome.Result switch
        {
            AttemptOutcome.NotSent => true,
            AttemptOutcome.Lost => arguments.Context.Properties.GetValue(RequestKey, null!).IsRepeatable,
            _ => false,
        };

    /// <summary>Step 1. A range's body is read here, and replaced by its copy.</summary>
    private async ValueTask<ForwardRequest> RouteAsync(HttpContext context)
    {
        var isGrpc = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        if (!isGrpc)
        {
            return new ForwardRequest(context, _routes.Of(context.Request.Path), isGrpc: false)
            {
                IsRepeatable = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method),
            }.WithTrackedBody();
        }

        context.Features.Set<IHttpResetFeature>(HeldReset.Instance);
        var request = new ForwardRequest(context, _routes.Of(context.Request.Path), isGrpc: true);
        if (request.Route.Target == RouteTarget.ByRange)
        {
            var encoding = context.Request.Headers["grpc-encoding"].ToString();
            var (isSerializable, frame) =
                await RangePeek.ReadAsync(context.Request.BodyReader, encoding, context.RequestAborted);
            request.Route = new RoutePlan(isSerializable ? RouteTarget.AnyMember : RouteTarget.Leader, IsStream: false);
            if (frame is not null)
            {
                request.IsRepeatable = true;
                context.Request.Body = new MemoryStream(frame, writable: false);
            }
        }

        return request.WithTrackedBody();
    }

    /// <summary>Steps 2 and 3.</summary>
    private async ValueTask<AttemptOutcome> AttemptAsync(ForwardRequest request)
    {
        var context = request.Context;
        var isStream = request.Route.IsStream;
        if (isStream && _tracker.IsDraining)
        {
            return AttemptOutcome.Refused;
        }

        var member = await SelectAsync(request);
        if (member is null)
        {
            return AttemptOutcome.NoMember;
        }

        request.Prepare(member, asLeader: request.Route.Target == RouteTarget.Leader);
        member.Enter(isStream);
        ForwarderError error;
        try
        {
            error = await _forwarder.SendAsync(
                context,
                member.Prefix,
                member.Client,
                request.IsGrpc ? Grpc : Http1,
                HttpTransformer.Default,
                member.Abandoned(isStream));
        }
        finally
        {
            member.Leave(isStream);
        }

        return error == ForwarderError.None || context.RequestAborted.IsCancellationRequested
            ? AttemptOutcome.Done
            : Judge(request, member, error);
    }

    /// <summary>Step 4: what a failed attempt means.</summary>
    private AttemptOutcome Judge(ForwardRequest request, MemberEndpoint member, ForwarderError error)
    {
        var context = request.Context;
        if (HasStatus(context))
        {
            // The member's answer is complete. What failed is the rest of the client's body, which nobody needs.
            return AttemptOutcome.Done;
        }

        var failure = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        AttemptFailed(context.Request.Path, member, error, failure?.GetBaseException().Message);
        if (failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            _tracker.ReportRefused(member);
        }
        else
        {
            _tracker.Hurry();
        }

        if (context.Response.HasStarted)
        {
            return AttemptOutcome.Broken;
        }

        context.Response.Clear();
        return request.IsSent ? AttemptOutcome.Lost : AttemptOutcome.NotSent;
    }

    /// <summary>Whether a response that began has ended with the member's own gRPC status.</summary>
    private static bool HasStatus(HttpContext context) =>
        context.Response.HasStarted
        && (context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers.ContainsKey("grpc-status") == true
            || context.Response.Headers.ContainsKey("grpc-status"));

    /// <summary>Picks a member, and waits for one while there is none; null when the wait is over.</summary>
    private async ValueTask<MemberEndpoint?> SelectAsync(ForwardRequest request)
    {
        var member = Select();
        if (member is not null)
        {
            return member;
        }

        // All waits of a request together are bounded, from the first on.
        request.WaitingSince ??= _timeProvider.GetTimestamp();
        while (true)
        {
            var changed = _tracker.Changed;
            member = Select();
            var left = _options.LeaderWait - _timeProvider.GetElapsedTime(request.WaitingSince.Value);
            if (member is not null || left <= TimeSpan.Zero)
            {
                return member;
            }

            using var timeout = new CancellationTokenSource(left, _timeProvider);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(
                timeout.Token, request.Context.RequestAborted);
            await changed.WaitAsync(linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            request.Context.RequestAborted.ThrowIfCancellationRequested();
        }

        MemberEndpoint? Select() =>
            _selector.Select(_tracker.View, request.Route.Target, request.Route.IsStream, request.Member);
    }

    /// <summary>Tells the client what the last attempt's outcome means to it.</summary>
    private Task ConcludeAsync(ForwardRequest request, AttemptOutcome outcome)
    {
        if (outcome == AttemptOutcome.Done)
        {
            return Task.CompletedTask;
        }

        var error = outcome switch
        {
            AttemptOutcome.NoMember => EtcdErrors.NoLeader,
            AttemptOutcome.Refused => EtcdErrors.Stopped,
            AttemptOutcome.Broken when _tracker.IsDraining => EtcdErrors.Stopped,
            AttemptOutcome.NotSent => EtcdErrors.Unhealthy,
            _ when request.AskedLeader => EtcdErrors.TimeoutDueToLeaderFail,
            _ => EtcdErrors.TimeoutDueToConnectionLost,
        };
        RequestFailed(request.Context.Request.Path, outcome, error.Message);
        return FailureResponse.WriteAsync(request.Context, request.IsGrpc, error);
    }
}
