using Etcd.Node;
using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcd.Storage.Bbolt;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>State of this member: alarms, sizes, hashes, snapshot, leadership (api.md §9). Thread-safe.</summary>
internal sealed partial class MaintenanceService(
    IMemberAccess member,
    ProposalSender proposals,
    ServingStatus serving,
    IEngineMaintenance maintenance,
    LongReads longReads,
    GrpcEdgeOptions options,
    TimeProvider time,
    ILogger<MaintenanceService> logger) : Maintenance.MaintenanceBase
{
    /// <summary>Version of the schema that snapshots and hashes are written in.</summary>
    private const string StorageVersion = "3.5.0";

    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        MemberNode node = member.Node;
        RaftStatusView raft = node.Raft;
        StatusResponse response = new()
        {
            Header = node.NewHeader(),
            Version = options.ServerVersion,
            DbSize = member.Engine.SizeBytes,
            DbSizeInUse = member.Engine.SizeInUseBytes,
            Leader = raft.LeaderId,
            RaftIndex = raft.CommittedIndex,
            RaftTerm = raft.Term,
            RaftAppliedIndex = node.AppliedIndex,
            IsLearner = node.IsLearner,
            StorageVersion = StorageVersion,
            DbSizeQuota = options.QuotaBytes,
            DowngradeInfo = new DowngradeInfo
            {
                Enabled = node.Membership.Downgrade.Enabled,
                TargetVersion = node.Membership.Downgrade.TargetVersion,
            },
        };
        if (raft.LeaderId == 0)
        {
            response.Errors.Add(EtcdErrors.NoLeader.Message);
        }

        foreach (AlarmMember alarm in node.Alarms)
        {
            response.Errors.Add(ToGoText(alarm));
        }

        return Task.FromResult(response);
    }

    public override async Task<AlarmResponse> Alarm(AlarmRequest request, ServerCallContext context)
    {
        // Differs from etcd: it stops with a panic on these.
        if (!Enum.IsDefined(request.Action) || !Enum.IsDefined(request.Alarm))
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "etcdserver: unknown alarm or action"));
        }

        AlarmResponse response = await proposals.SendAsync<AlarmResponse>(
            new InternalRaftRequest { Alarm = request }, context.CancellationToken);
        response.Header = member.Node.Complete(response.Header);
        return response;
    }

    public override async Task<HashResponse> Hash(HashRequest request, ServerCallContext context)
    {
        long revision = member.Node.View.Revision;
        long start = time.GetTimestamp();
        uint hash = await longReads.RunAsync(() => HashEngine(context.CancellationToken));
        member.Node.Metrics.HashObserved?.Invoke(time.GetElapsedTime(start));
        ResponseHeader header = member.Node.Complete(new ResponseHeader { Revision = revision });
        return new HashResponse { Header = header, Hash = hash };
    }

    public override async Task<HashKVResponse> HashKV(HashKVRequest request, ServerCallContext context)
    {
        (HashKvResult result, EtcdError? error) =
            await member.Node.HashKvAsync(request.Revision, context.CancellationToken);
        error.ThrowIfAny();
        return new HashKVResponse
        {
            Header = member.Node.Complete(new ResponseHeader { Revision = result.CurrentRevision }),
            Hash = result.Hash,
            CompactRevision = result.CompactRevision,
            HashRevision = result.HashRevision,
        };
    }

    public override async Task<DefragmentResponse> Defragment(DefragmentRequest request, ServerCallContext context)
    {
        LogDefragmentStarted(logger);
        if (options.NotServingWhileDefragmenting)
        {
            serving.DefragmentStarted();
        }

        try
        {
            // Once begun it is finished, whatever the caller does.
            await maintenance.DefragmentAsync(CancellationToken.None);
        }
        finally
        {
            if (options.NotServingWhileDefragmenting)
            {
                serving.DefragmentFinished();
            }
        }

        LogDefragmentFinished(logger);
        return new DefragmentResponse();
    }

    /// <summary>The database file in blobs, then its SHA-256 as the last one; writes go on meanwhile.</summary>
    public override async Task Snapshot(
        SnapshotRequest request, IServerStreamWriter<SnapshotResponse> responseStream, ServerCallContext context)
    {
        CancellationToken end = context.StreamToken();
        long start = time.GetTimestamp();
        using IKvSnapshot state = member.Engine.OpenSnapshot();
        // Walks every row before the first byte: the client is told the size with it.
        DatabaseFileWriter file = await longReads.RunAsync(() => DatabaseFileWriter.Plan(state, end));
        LogSnapshotStarted(logger, file.SizeBytes);
        await using SnapshotBlobStream blobs = new(responseStream, file.SizeBytes);
        await file.WriteAsync(blobs, appendHash: false, end);
        await blobs.SendHashAsync(end);
        member.Node.Metrics.SnapshotObserved?.Invoke(time.GetElapsedTime(start));
        LogSnapshotFinished(logger, file.SizeBytes);
    }

    public override async Task<MoveLeaderResponse> MoveLeader(MoveLeaderRequest request, ServerCallContext context)
    {
        MemberNode node = member.Node;
        if (!node.IsLeader)
        {
            throw EtcdErrors.NotLeader.ToRpcException();
        }

        if (node.Membership.Find(request.TargetID) is null or { IsLearner: true })
        {
            throw EtcdErrors.BadLeaderTransferee.ToRpcException();
        }

        if (request.TargetID != node.MemberId)
        {
            (await node.MoveLeaderAsync(request.TargetID, context.CancellationToken)).ThrowIfAny();
        }

        return new MoveLeaderResponse();
    }

    /// <summary>An alarm as Go prints it, with the blank at the end; zero fields are left out.</summary>
    private static string ToGoText(AlarmMember alarm)
    {
        string id = alarm.MemberID == 0 ? string.Empty : $"memberID:{alarm.MemberID} ";
        string type = alarm.Alarm switch
        {
            AlarmType.Nospace => "alarm:NOSPACE ",
            AlarmType.Corrupt => "alarm:CORRUPT ",
            _ => string.Empty,
        };
        return id + type;
    }

    private uint HashEngine(CancellationToken cancellationToken)
    {
        using IKvSnapshot snapshot = member.Engine.OpenSnapshot();
        return BackendHash.Compute(snapshot, cancellationToken);
    }
}
