using Etcd.Node;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Validation;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <content>A range in chunks (since etcd 3.7): the same keys as Range, without one huge message.</content>
internal sealed partial class KVService
{
    private const long FirstChunkKeys = 10;

    public override async Task RangeStream(
        RangeRequest request, IServerStreamWriter<RangeStreamResponse> responseStream, ServerCallContext context)
    {
        RequestValidator.Check(request).ThrowIfAny();
        CheckStreamable(request);
        MemberNode node = member.Node;
        CancellationToken cancellationToken = context.StreamToken();
        if (!request.Serializable)
        {
            (await node.LinearizableReadAsync()).ThrowIfAny();
        }

        // One view for all chunks: they are pieces of one revision, whatever is written or compacted meanwhile.
        MvccView view = node.View;
        long revision = request.Revision > 0 ? request.Revision : view.Revision;
        if (request.CountOnly)
        {
            RangeResponse counted = Read(view, request);
            await responseStream.WriteAsync(Last(node, view, [], more: false, counted.Count), cancellationToken);
            return;
        }

        RangeRequest chunk = request.Clone();
        chunk.Revision = revision;
        long left = request.Limit > 0 ? request.Limit : long.MaxValue;
        chunk.Limit = Math.Min(FirstChunkKeys, left);
        long total = -1;
        while (true)
        {
            RangeResponse read = Read(view, chunk);
            total = total < 0 ? read.Count : total;
            left -= read.Kvs.Count;
            if (!read.More || left == 0)
            {
                await responseStream.WriteAsync(Last(node, view, read.Kvs, read.More, total), cancellationToken);
                return;
            }

            RangeStreamResponse piece = new() { RangeResponse = new RangeResponse() };
            piece.RangeResponse.Kvs.AddRange(read.Kvs);
            await responseStream.WriteAsync(piece, cancellationToken);
            chunk.Key = After(read.Kvs[^1].Key);
            chunk.Limit = Math.Min(NextLimit(chunk.Limit, read.CalculateSize()), left);
        }
    }

    private static void CheckStreamable(RangeRequest request)
    {
        bool isNatural = request.SortTarget == RangeRequest.Types.SortTarget.Key
            && request.SortOrder is RangeRequest.Types.SortOrder.None or RangeRequest.Types.SortOrder.Ascend;
        if (!isNatural)
        {
            throw Unsupported("RangeStream does not support custom sort orders");
        }

        if ((request.MinModRevision | request.MaxModRevision
            | request.MinCreateRevision | request.MaxCreateRevision) != 0)
        {
            throw Unsupported("RangeStream does not support revision filters");
        }
    }

    private static RpcException Unsupported(string text) => new(new Status(StatusCode.Unimplemented, text));

    private static RangeResponse Read(MvccView view, RangeRequest request)
    {
        (RangeResponse? response, var error) = view.Range(request);
        error.ThrowIfAny();
        return response ?? throw new InvalidOperationException("a read gave neither an answer nor an error");
    }

    private static RangeStreamResponse Last(
        MemberNode node, MvccView view, IEnumerable<Mvccpb.KeyValue> kvs, bool more, long count)
    {
        RangeResponse response = new()
        {
            Header = node.Complete(new ResponseHeader { Revision = view.Revision }),
            More = more,
            Count = count,
        };
        response.Kvs.AddRange(kvs);
        return new RangeStreamResponse { RangeResponse = response };
    }

    /// <summary>The least key above a key: with a zero byte appended.</summary>
    private static ByteString After(ByteString key)
    {
        byte[] next = new byte[key.Length + 1];
        key.Span.CopyTo(next);
        return UnsafeByteOperations.UnsafeWrap(next);
    }

    /// <summary>Brings chunks near the size of the largest request, without swinging about it.</summary>
    private long NextLimit(long lastLimit, int lastSizeBytes)
    {
        if (lastSizeBytes < options.MaxRequestBytes / 2)
        {
            return lastLimit * 2;
        }

        return lastSizeBytes > (long)options.MaxRequestBytes * 2 ? Math.Max(1, lastLimit / 2) : lastLimit;
    }
}
