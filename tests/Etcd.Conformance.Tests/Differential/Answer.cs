using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Mvccpb;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>
/// Sends one request and gives the answer as text, without what two clusters cannot share: ids, terms, the seconds
/// left of a lease, the order of what has no order, fields of other releases.
/// </summary>
internal static class Answer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>As generated, but for answers of any depth.</summary>
    private static readonly Method<TxnRequest, TxnResponse> DeepTxn = new(
        MethodType.Unary,
        "etcdserverpb.KV",
        "Txn",
        Marshallers.Create(request => request.ToByteArray(), TxnRequest.Parser.ParseFrom),
        Marshallers.Create(
            response => response.ToByteArray(), bytes => NestedMessages.Parse(TxnResponse.Parser, bytes)));

    /// <summary>Sends the request over the method that takes it.</summary>
    /// <param name="member">The member asked.</param>
    /// <param name="request">The request.</param>
    /// <param name="keepOrder">Whether the order of a sorted range is compared too: its sort values are unique.</param>
    public static async Task<Outcome> OfAsync(Member member, IMessage request, bool keepOrder = false)
    {
        var deadline = DateTime.UtcNow + Limit;
        try
        {
            IMessage response = request switch
            {
                PutRequest put => await member.Kv.PutAsync(put, deadline: deadline),
                RangeRequest range => Unordered(range, await member.Kv.RangeAsync(range, deadline: deadline), keepOrder),
                DeleteRangeRequest delete => await member.Kv.DeleteRangeAsync(delete, deadline: deadline),
                TxnRequest txn => Unordered(txn, await TxnAsync(member, txn, deadline), keepOrder),
                CompactionRequest compaction => await member.Kv.CompactAsync(compaction, deadline: deadline),
                LeaseGrantRequest grant => await member.Lease.LeaseGrantAsync(grant, deadline: deadline),
                LeaseRevokeRequest revoke => await member.Lease.LeaseRevokeAsync(revoke, deadline: deadline),
                LeaseKeepAliveRequest keepAlive => await KeepAliveAsync(member, keepAlive, deadline),
                LeaseTimeToLiveRequest timeToLive =>
                    Unordered(await member.Lease.LeaseTimeToLiveAsync(timeToLive, deadline: deadline)),
                LeaseLeasesRequest leases => Unordered(await member.Lease.LeaseLeasesAsync(leases), keepOrder),
                HashKVRequest hash => WithoutHashRevision(await member.Maintenance.HashKVAsync(hash)),
                AlarmRequest alarm => WithoutIds(member, await member.Maintenance.AlarmAsync(alarm)),
                DefragmentRequest defragment =>
                    await member.Maintenance.DefragmentAsync(defragment, deadline: deadline),
                MoveLeaderRequest move => await member.Maintenance.MoveLeaderAsync(move, deadline: deadline),
                DowngradeRequest downgrade => await member.Maintenance.DowngradeAsync(downgrade, deadline: deadline),
                StatusRequest status => WithoutMeasures(await member.Maintenance.StatusAsync(status)),
                MemberListRequest list => WithoutIds(await member.Cluster.MemberListAsync(list, deadline: deadline)),
                MemberAddRequest add => await member.Cluster.MemberAddAsync(add, deadline: deadline),
                MemberRemoveRequest remove => await member.Cluster.MemberRemoveAsync(remove, deadline: deadline),
                MemberUpdateRequest update => await member.Cluster.MemberUpdateAsync(update, deadline: deadline),
                MemberPromoteRequest promote => await member.Cluster.MemberPromoteAsync(promote, deadline: deadline),
                _ => throw new ArgumentException($"no such operation: {request.Descriptor.Name}"),
            };
            var header = (ResponseHeader?)response.Descriptor.FindFieldByName("header").Accessor.GetValue(response);
            Mask(header);
            return new Outcome(response.ToString()!, header?.Revision ?? 0, response, Error: null);
        }
        catch (RpcException error)
        {
            return new Outcome($"{error.StatusCode}: {error.Status.Detail}", 0, Response: null, error.Status);
        }
    }

    /// <summary>Ids and term become 1 where they are set: their presence is compared, not their value.</summary>
    public static void Mask(ResponseHeader? header)
    {
        if (header is not null)
        {
            header.ClusterId = Math.Min(header.ClusterId, 1);
            header.MemberId = Math.Min(header.MemberId, 1);
            header.RaftTerm = Math.Min(header.RaftTerm, 1);
        }
    }

    private static async Task<TxnResponse> TxnAsync(Member member, TxnRequest request, DateTime deadline)
    {
        using var call = member.Calls.AsyncUnaryCall(DeepTxn, host: null, new CallOptions(deadline: deadline), request);
        return await call;
    }

    private static async Task<LeaseKeepAliveResponse> KeepAliveAsync(
        Member member, LeaseKeepAliveRequest request, DateTime deadline)
    {
        using var stream = member.Lease.LeaseKeepAlive(deadline: deadline);
        await stream.RequestStream.WriteAsync(request);
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        var response = stream.ResponseStream.Current;
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None));
        return response;
    }

    /// <summary>A field of later releases, which the reference leaves out.</summary>
    private static HashKVResponse WithoutHashRevision(HashKVResponse response)
    {
        response.HashRevision = 0;
        return response;
    }

    private static AlarmResponse WithoutIds(Member member, AlarmResponse response)
    {
        foreach (var alarm in response.Alarms.Where(alarm => alarm.MemberID == response.Header.MemberId))
        {
            alarm.MemberID = 1;
        }

        return response;
    }

    private static MemberListResponse WithoutIds(MemberListResponse response)
    {
        foreach (var member in response.Members)
        {
            member.ID = 1;
            member.PeerURLs[0] = "peer";
            member.ClientURLs[0] = "client";
        }

        return response;
    }

    /// <summary>Sizes, indexes, versions and the fields of later releases are masked; errors and the learner flag stay.</summary>
    private static StatusResponse WithoutMeasures(StatusResponse response)
    {
        Assert.Equal(response.Header.RaftTerm, response.RaftTerm);
        Assert.InRange(response.DbSizeInUse, 1, response.DbSize);
        Assert.InRange(response.RaftAppliedIndex, 1UL, response.RaftIndex);
        Assert.StartsWith("3.5.", response.Version, StringComparison.Ordinal);
        string leader = response.Leader == response.Header.MemberId ? "itself" : "another";
        return new StatusResponse
        {
            Header = response.Header, Version = leader, IsLearner = response.IsLearner,
            Errors = { response.Errors.Select(error => error.Replace($"{response.Header.MemberId}", "ID")) },
        };
    }

    private static RangeResponse Unordered(RangeRequest request, RangeResponse response, bool keepOrder)
    {
        if (!keepOrder && request.SortTarget != RangeRequest.Types.SortTarget.Key)
        {
            Sort(response.Kvs, pair => pair.Key.ToStringUtf8());
        }

        return response;
    }

    private static TxnResponse Unordered(TxnRequest request, TxnResponse response, bool keepOrder)
    {
        var operations = response.Succeeded ? request.Success : request.Failure;
        for (int i = 0; i < response.Responses.Count; i++)
        {
            if (operations[i].RequestRange is { } range)
            {
                Unordered(range, response.Responses[i].ResponseRange, keepOrder);
            }
            else if (operations[i].RequestTxn is { } txn)
            {
                Unordered(txn, response.Responses[i].ResponseTxn, keepOrder);
            }
        }

        return response;
    }

    private static LeaseTimeToLiveResponse Unordered(LeaseTimeToLiveResponse response)
    {
        response.TTL = Math.Min(response.TTL, 0);
        Sort(response.Keys, key => key.ToStringUtf8());
        return response;
    }

    private static LeaseLeasesResponse Unordered(LeaseLeasesResponse response, bool keepOrder)
    {
        if (!keepOrder)
        {
            Sort(response.Leases, lease => lease.ID);
        }

        return response;
    }

    private static void Sort<T, TKey>(RepeatedField<T> field, Func<T, TKey> by)
    {
        T[] sorted = [.. field.OrderBy(by)];
        field.Clear();
        field.AddRange(sorted);
    }
}
