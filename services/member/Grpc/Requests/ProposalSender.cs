using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Validation;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Member.Grpc;

/// <summary>Proposes requests for handlers: quota before, errors as exceptions after. Thread-safe.</summary>
internal sealed partial class ProposalSender(
    IMemberAccess member, GrpcEdgeOptions options, ILogger<ProposalSender> logger)
{
    /// <summary>Refuses what the quota has no room for, and raises the alarm first.</summary>
    /// <param name="costBytes">From <see cref="RequestCost"/>; 0 is never refused.</param>
    /// <param name="cancellationToken">The call's.</param>
    public ValueTask CheckQuotaAsync(long costBytes, CancellationToken cancellationToken) =>
        RequestCost.Fits(member.Engine.SizeBytes, costBytes, options.QuotaBytes)
            ? ValueTask.CompletedTask
            : RaiseNoSpaceAsync(cancellationToken);

    /// <summary>Proposes and waits until it is applied here; an error is thrown.</summary>
    /// <typeparam name="TResponse">What the state answers to this request.</typeparam>
    public async Task<TResponse> SendAsync<TResponse>(
        InternalRaftRequest request, CancellationToken cancellationToken)
        where TResponse : class, IMessage =>
        ResponseOf<TResponse>(await member.Node.ProposeAsync(request, cancellationToken));

    /// <summary>As <see cref="SendAsync"/>, for requests whose answer is made by the caller.</summary>
    public async Task SendRawAsync(InternalRaftRequest request, CancellationToken cancellationToken) =>
        (await member.Node.ProposeAsync(request, cancellationToken)).Error.ThrowIfAny();

    /// <summary>The answer; an error is thrown.</summary>
    /// <typeparam name="TResponse">What the state answers to the request.</typeparam>
    public static TResponse ResponseOf<TResponse>(in ApplyResult result)
        where TResponse : class, IMessage
    {
        result.Error.ThrowIfAny();
        return result.Response as TResponse
            ?? throw new InvalidOperationException(
                $"request {result.RequestId} answered {result.Response?.GetType().Name}, "
                + $"expected {typeof(TResponse).Name}");
    }

    private async ValueTask RaiseNoSpaceAsync(CancellationToken cancellationToken)
    {
        ulong id = member.Node.MemberId;
        bool isRaised = member.Node.Alarms.Any(alarm => alarm.MemberID == id && alarm.Alarm == AlarmType.Nospace);
        if (!isRaised)
        {
            LogQuotaExceeded(logger, member.Engine.SizeBytes, options.QuotaBytes);
            AlarmRequest alarm = new()
            {
                Action = AlarmRequest.Types.AlarmAction.Activate,
                Alarm = AlarmType.Nospace,
                MemberID = id,
            };
            await member.Node.ProposeAsync(new InternalRaftRequest { Alarm = alarm }, cancellationToken);
        }

        throw EtcdErrors.NoSpace.ToRpcException();
    }
}
