using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;
using V3Electionpb;

namespace Etcd.Member.Grpc;

/// <content>The stream of leaders.</content>
internal sealed partial class ElectionService
{
    /// <summary>
    /// Sends the leader, if there is one, and then each change of leader or value. A leader of whom the stream never
    /// heard may have come and gone between two others.
    /// </summary>
    /// <remarks>
    /// Differs from etcd: a compaction in the meantime makes the stream look again for the leader; it does not end.
    /// </remarks>
    public override async Task Observe(
        LeaderRequest request, IServerStreamWriter<LeaderResponse> responseStream, ServerCallContext context)
    {
        CancellationToken end = context.StreamToken();
        ByteString prefix = RecipeKeys.Prefix(request.Name);
        long sent = 0;
        try
        {
            while (true)
            {
                LeaderResponse? leader = await CurrentOrNextAsync(prefix, context, end);
                if (leader is null)
                {
                    continue;
                }

                if (leader.Kv.ModRevision > sent)
                {
                    sent = leader.Kv.ModRevision;
                    await responseStream.WriteAsync(leader, end);
                }

                sent = await FollowAsync(leader, sent, responseStream, end);
            }
        }
        catch (RpcException exception)
        {
            throw new RpcException(new Status(StatusCode.Unknown, exception.Status.Detail));
        }
    }

    /// <summary>The leader; or else the first candidate to come. Null when that has to be looked up again.</summary>
    private async Task<LeaderResponse?> CurrentOrNextAsync(
        ByteString prefix, ServerCallContext context, CancellationToken end)
    {
        RangeResponse oldest = await store.RangeAsync(RecipeKeys.Oldest(prefix), context);
        if (oldest.Kvs.Count > 0)
        {
            return new LeaderResponse { Header = oldest.Header, Kv = oldest.Kvs[0] };
        }

        using KeyWatch watch = store.Watch(prefix, RecipeKeys.End(prefix), oldest.Header.Revision + 1);
        while (await watch.NextAsync(end) is { } response)
        {
            KeyValue? first = response.Events.FirstOrDefault(static e => e.Type == Event.Types.EventType.Put)?.Kv;
            if (first is not null)
            {
                // The response may hold later revisions, which the watch of the leader's key will find.
                ResponseHeader header = response.Header.Clone();
                header.Revision = first.ModRevision;
                return new LeaderResponse { Header = header, Kv = first };
            }
        }

        return null;
    }

    /// <summary>Sends the leader's new values until its key is deleted, or has to be looked up again.</summary>
    /// <returns>The newest revision sent.</returns>
    private async Task<long> FollowAsync(
        LeaderResponse leader, long sent, IServerStreamWriter<LeaderResponse> responses, CancellationToken end)
    {
        using KeyWatch watch = store.Watch(leader.Kv.Key, ByteString.Empty, leader.Header.Revision + 1);
        while (await watch.NextAsync(end) is { } response)
        {
            foreach (Event change in response.Events)
            {
                if (change.Type == Event.Types.EventType.Delete)
                {
                    return sent;
                }

                sent = change.Kv.ModRevision;
                await responses.WriteAsync(new LeaderResponse { Header = response.Header, Kv = change.Kv }, end);
            }
        }

        return sent;
    }
}
