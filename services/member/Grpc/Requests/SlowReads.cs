using System.Diagnostics;
using Etcd.Protocol.Errors;
using Etcd.Protocol.Text;
using Etcdserverpb;

namespace Etcd.Member.Grpc;

/// <summary>
/// Tells of reads that take longer than <c>--experimental-warning-apply-duration</c>, the wait for a linearizable
/// read's index included (etcd's <c>warnOfExpensiveReadOnlyRangeRequest</c>). Thread-safe.
/// </summary>
internal sealed partial class SlowReads(IMemberAccess member, GrpcEdgeOptions options, ILogger<SlowReads> logger)
{
    /// <summary>Looks at a range that is done.</summary>
    /// <param name="start">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="request">The range.</param>
    /// <param name="response">Its answer; null for an error.</param>
    /// <param name="error">Its error.</param>
    public void Check(long start, RangeRequest request, RangeResponse? response, EtcdError? error)
    {
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        if (took > options.SlowRead)
        {
            string answer = response is null
                ? ""
                : $"range_response_count:{response.Kvs.Count} size:{response.CalculateSize()}";
            Warn(took, "read-only range ", LoggableRequest.Of(request), answer, error);
        }
    }

    /// <summary>Looks at a transaction of ranges that is done.</summary>
    /// <inheritdoc cref="Check(long, RangeRequest, RangeResponse?, EtcdError?)"/>
    public void Check(long start, TxnRequest request, TxnResponse? response, EtcdError? error)
    {
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        if (took > options.SlowRead)
        {
            string answer = response is null ? "" : $"responses:<{Counts(response)}> size:{response.CalculateSize()}";
            Warn(took, "read-only txn ", LoggableRequest.Of(request), answer, error);
        }
    }

    private static string Counts(TxnResponse response) => string.Join(
        ' ', response.Responses.Select(static one => $"range_response_count:{one.ResponseRange.Kvs.Count}"));

    private void Warn(TimeSpan took, string prefix, string request, string response, EtcdError? error)
    {
        member.Node.Metrics.CountSlowApply();
        if (error is null)
        {
            LogSlow(logger, took, options.SlowRead, prefix, request, response);
        }
        else
        {
            LogSlowFailure(logger, took, options.SlowRead, prefix, request, response, error.Message);
        }
    }
}
