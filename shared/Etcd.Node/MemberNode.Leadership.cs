using Etcd.Node.Loops;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Google.Protobuf;

namespace Etcd.Node;

/// <remarks>What a member does by itself: its own attributes, the cluster version, handing leadership over.</remarks>
public sealed partial class MemberNode
{
    // Etcd's monitorVersionInterval.
    private static readonly TimeSpan VersionInterval = TimeSpan.FromSeconds(5);

    // Etcd's MinClusterVersion: what a cluster speaks whose members' versions are not all known.
    private static readonly ClusterVersion MinimumVersion = new(3, 0, 0);

    private readonly AsyncSignal _firstCommitInTerm = new();
    private readonly TaskCompletionSource _publishedAttributes =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once this member's name and client URLs are applied: from then on it serves clients. Is
    /// cancelled when the node stops before.</summary>
    public Task Published => _publishedAttributes.Task;

    /// <summary>Hands leadership to a voter and waits until it has it.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; leadership may still move.</exception>
    public async ValueTask<EtcdError?> MoveLeaderAsync(ulong memberId, CancellationToken cancellationToken)
    {
        if (!IsLeader)
        {
            return EtcdErrors.NotLeader;
        }

        if (Membership.Find(memberId) is not { IsLearner: false })
        {
            return EtcdErrors.BadLeaderTransferee;
        }

        LogTransferStarting(Hex(MemberId), Hex(LeaderId), Hex(memberId));
        using CancellationTokenSource timeout = new(_options.RequestTimeout, _time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        _raft.Post(new RaftInput(RaftInputKind.TransferLeader, null, memberId));
        try
        {
            for (Task changed = _leadershipChanged.Next; LeaderId != memberId; changed = _leadershipChanged.Next)
            {
                if (LeaderId != memberId)
                {
                    await changed.WaitAsync(either.Token);
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return EtcdErrors.TimeoutLeaderTransfer;
        }

        LogTransferFinished(Hex(MemberId), Hex(MemberId), Hex(memberId));
        return null;
    }

    /// <summary>Puts this member's name and client URLs into the log, again and again until they are applied (etcd
    /// <c>EtcdServer.publish</c>).</summary>
    private async Task PublishAttributesAsync()
    {
        while (_stopping == 0)
        {
            ulong id = _requestIds.Next();
            byte[] data = MembershipRequests.PublishAttributes(id, MemberId, _options.Name, _options.ClientUrls)
                .ToByteArray();
            ApplyResult result = await ProposeEncoded(id, EntryType.Normal, data, CancellationToken.None);
            if (result.Error is null)
            {
                LogPublished(
                    Hex(MemberId),
                    Attributes,
                    V2Requests.AttributesPath(MemberId),
                    Hex(ClusterId),
                    _options.RequestTimeout);
                _publishedAttributes.TrySetResult();
                return;
            }

            if (result.Error == EtcdErrors.Stopped)
            {
                break;
            }

            LogPublishFailed(Hex(MemberId), Attributes, result.Error.Message);
            await DelayAsync(TimeSpan.FromMilliseconds(_options.HeartbeatMilliseconds));
        }

        _publishedAttributes.TrySetCanceled();
    }

    /// <summary>As Go prints the attributes, which is how they stand in etcd's lines.</summary>
    private string Attributes => $"{{Name:{_options.Name} ClientURLs:[{string.Join(' ', _options.ClientUrls)}]}}";

    /// <summary>Decides on the cluster version while this member leads (etcd <c>monitorVersions</c>).</summary>
    private async Task MonitorVersionsAsync()
    {
        Task firstCommit = _firstCommitInTerm.Next;
        while (_stopping == 0)
        {
            await Task.WhenAny(firstCommit, DelayAsync(VersionInterval));
            firstCommit = _firstCommitInTerm.Next;
            if (IsLeader && _stopping == 0)
            {
                await UpdateVersionAsync();
            }
        }
    }

    private async Task UpdateVersionAsync()
    {
        ClusterVersion? lowest = await LowestVersionAsync();
        ClusterVersion? current = Membership.Version;
        ClusterVersion wanted;
        if (current is not { } known)
        {
            wanted = lowest ?? MinimumVersion;
            LogSettingVersion(wanted.ToMajorMinor());
        }
        else if (lowest is { } common && IsValidChange(known, common))
        {
            wanted = common;
            LogUpdatingVersion(known.ToMajorMinor(), wanted.ToMajorMinor());
        }
        else
        {
            return;
        }

        ulong id = _requestIds.Next();
        ApplyResult result = await ProposeEncoded(
            id, EntryType.Normal, MembershipRequests.SetVersion(id, wanted).ToByteArray(), CancellationToken.None);
        if (result.Error is null)
        {
            LogVersionUpdated(wanted.ToMajorMinor());
        }
        else
        {
            LogVersionFailed(result.Error.Message);
        }
    }

    private bool IsValidChange(ClusterVersion from, ClusterVersion to) =>
        from.Major == to.Major
        && (from < to || (Membership.Downgrade.Enabled && to.Minor == from.Minor - 1));

    /// <summary>The lowest version of all members, without its patch number; null when one is unknown.</summary>
    private async Task<ClusterVersion?> LowestVersionAsync()
    {
        ClusterVersion? lowest = null;
        foreach (ClusterMember member in Membership.Members)
        {
            string? text = member.Id == MemberId || _options.PeerVersion is null
                ? _options.ServerVersion
                : await _options.PeerVersion(member.Id, _stop.Token);
            if (!ClusterVersion.TryParse(text, out ClusterVersion version))
            {
                LogVersionUnknown(Hex(member.Id));
                return null;
            }

            lowest = lowest is { } before && before <= version ? before : version;
        }

        return lowest is { } found ? found with { Patch = 0 } : null;
    }

    /// <summary>A pause that ends early when the node stops.</summary>
    private async Task DelayAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the state of the node after every pause.
            return;
        }
    }
}
