using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Grpc.Core;
using Membershippb;

namespace Etcd.Member.Grpc;

/// <content>Downgrade: the way back to the release before.</content>
internal sealed partial class MaintenanceService
{
    public override async Task<DowngradeResponse> Downgrade(DowngradeRequest request, ServerCallContext context)
    {
        switch (request.Action)
        {
            case DowngradeRequest.Types.DowngradeAction.Validate:
                await ValidateAsync(request.Version, context.CancellationToken);
                break;
            case DowngradeRequest.Types.DowngradeAction.Enable:
                ClusterVersion target = await ValidateAsync(request.Version, context.CancellationToken);
                await SetAsync(
                    new DowngradeInfoSetRequest { Enabled = true, Ver = target.ToString() },
                    context.CancellationToken);
                break;
            case DowngradeRequest.Types.DowngradeAction.Cancel:
                await CancelAsync(context.CancellationToken);
                break;
            default:
                throw EtcdErrors.UnknownMethod.ToRpcException();
        }

        return new DowngradeResponse
        {
            Header = member.Node.NewHeader(),
            Version = member.Node.Membership.Version.ToString(),
        };
    }

    private async ValueTask<ClusterVersion> ValidateAsync(string text, CancellationToken cancellationToken)
    {
        string full = text.Count(static c => c == '.') == 1 ? text + ".0" : text;
        if (!ClusterVersion.TryParse(full, out ClusterVersion target))
        {
            throw EtcdErrors.WrongDowngradeVersionFormat.ToRpcException();
        }

        MemberNode node = member.Node;
        target = target with { Patch = 0 };
        (await node.LinearizableReadAsync()).ThrowIfAny();
        if (node.Membership.Version is not { } cluster)
        {
            throw EtcdErrors.ClusterVersionUnavailable.ToRpcException();
        }

        if (target != new ClusterVersion(cluster.Major, cluster.Minor - 1, 0))
        {
            throw EtcdErrors.InvalidDowngradeTargetVersion.ToRpcException();
        }

        return node.Membership.Downgrade.Enabled
            ? throw EtcdErrors.DowngradeInProcess.ToRpcException()
            : target;
    }

    private async ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        (await member.Node.LinearizableReadAsync()).ThrowIfAny();
        if (!member.Node.Membership.Downgrade.Enabled)
        {
            throw EtcdErrors.NoInflightDowngrade.ToRpcException();
        }

        await SetAsync(new DowngradeInfoSetRequest(), cancellationToken);
    }

    // Differs from etcd: 3.5 applies it but never answers, so that its clients time out.
    private async ValueTask SetAsync(DowngradeInfoSetRequest request, CancellationToken cancellationToken) =>
        await proposals.SendRawAsync(new InternalRaftRequest { DowngradeInfoSet = request }, cancellationToken);
}
