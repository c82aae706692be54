using Etcd.Node;
using Etcd.Protocol.Errors;

namespace Etcd.Member.Grpc;

/// <summary>Repeats a question until one who leads answers, or the time for requests is over.</summary>
internal static class LeaderRetry
{
    /// <summary>Pause after an attempt that did not reach the leader (etcd <c>LeaseRenew</c>).</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs one question.</summary>
    /// <param name="node">Knows the leader.</param>
    /// <param name="options">The time for requests.</param>
    /// <param name="ask">
    /// One attempt, given the leader's id; an error says whether it was the leader's answer.
    /// </param>
    /// <param name="cancellationToken">The call's.</param>
    /// <returns>The answer, or why there is none: no leader, or time-out.</returns>
    public static async ValueTask<(T? Answer, EtcdError? Error)> RunAsync<T>(
        MemberNode node,
        GrpcEdgeOptions options,
        Func<ulong, CancellationToken, ValueTask<(T? Answer, EtcdError? Error)>> ask,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.RequestTimeout);
        try
        {
            while (true)
            {
                ulong leader = node.LeaderId;
                if (leader != 0)
                {
                    (T? answer, EtcdError? error) = await ask(leader, limit.Token);
                    if (error is null || IsAnswer(error))
                    {
                        return (answer, error);
                    }
                }

                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, node.LeaderId == 0 ? EtcdErrors.NoLeader : EtcdErrors.Timeout);
        }
    }

    /// <summary>Whether an error is the leader's last word, not a sign that it was not reached.</summary>
    private static bool IsAnswer(EtcdError error) =>
        error.GrpcStatusCode != GrpcStatusCode.Unavailable && error.Code != EtcdErrorCode.NotLeader;
}
