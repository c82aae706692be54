using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Mvccpb;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>
/// Sends one request and gives the answer as text, without what two clusters cannot share: ids, terms, the seconds
/// left of a lease, the order of what has no order.
/// </summary>
internal static class Answer
{
    public static async Task<(string Text, long Revision)> OfAsync(Member member, IMessage request)
    {
        try
        {
            IMessage response = request switch
            {
                PutRequest put => await member.Kv.PutAsync(put),
                RangeRequest range => Unordered(range, await member.Kv.RangeAsync(range)),
                DeleteRangeRequest delete => await member.Kv.DeleteRangeAsync(delete),
                TxnRequest txn => Unordered(txn, await member.Kv.TxnAsync(txn)),
                CompactionRequest compaction => await member.Kv.CompactAsync(compaction),
                LeaseGrantRequest grant => await member.Lease.LeaseGrantAsync(grant),
                LeaseRevokeRequest revoke => await member.Lease.LeaseRevokeAsync(revoke),
                LeaseTimeToLiveRequest timeToLive => Unordered(await member.Lease.LeaseTimeToLiveAsync(timeToLive)),
                LeaseLeasesRequest leases => Unordered(await member.Lease.LeaseLeasesAsync(leases)),
                HashKVRequest hash => WithoutHashRevision(await member.Maintenance.HashKVAsync(hash)),
                _ => throw new ArgumentException($"no such operation: {request.Descriptor.Name}"),
            };
            var header = (ResponseHeader)response.Descriptor.FindFieldByName("header").Accessor.GetValue(response);
            header.ClusterId = 0;
            header.MemberId = 0;
            header.RaftTerm = 0;
            return (response.ToString()!, header.Revision);
        }
        catch (RpcException error)
        {
            return ($"{error.StatusCode}: {error.Status.Detail}", 0);
        }
    }

    /// <summary>A field of later releases, which the reference leaves out.</summary>
    private static HashKVResponse WithoutHashRevision(HashKVResponse response)
    {
        response.HashRevision = 0;
        return response;
    }

    private static RangeResponse Unordered(RangeRequest request, RangeResponse response)
    {
        if (request.SortTarget != RangeRequest.Types.SortTarget.Key)
        {
            Sort(response.Kvs, pair => pair.Key.ToStringUtf8());
        }

        return response;
    }

    private static TxnResponse Unordered(TxnRequest request, TxnResponse response)
    {
        var operations = response.Succeeded ? request.Success : request.Failure;
        for (int i = 0; i < response.Responses.Count; i++)
        {
            if (operations[i].RequestRange is { } range)
            {
                Unordered(range, response.Responses[i].ResponseRange);
            }
            else if (operations[i].RequestTxn is { } txn)
            {
                Unordered(txn, response.Responses[i].ResponseTxn);
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

    private static LeaseLeasesResponse Unordered(LeaseLeasesResponse response)
    {
        Sort(response.Leases, lease => lease.ID);
        return response;
    }

    private static void Sort<T, TKey>(RepeatedField<T> field, Func<T, TKey> by)
    {
        T[] sorted = [.. field.OrderBy(by)];
        field.Clear();
        field.AddRange(sorted);
    }
}
