using Etcd.Node;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Validation;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <content>
/// A range in chunks (since etcd 3.7): the same keys as Range, of one revision, whatever is written meanwhile. A chunk
/// is read when the one before has gone out, and ends with the key that makes it as large as the largest request; so
/// the memory that a stream takes does not depend on its result. A compaction of its revision ends it with an error.
/// </content>
internal sealed partial class KVService
{
    private const long FirstChunkKeys = 10;

    public override async Task RangeStream(
        RangeRequest request, IServerStreamWriter<RangeStreamResponse> responseStream, ServerCallContext context)
    {
        CheckStreamable(request);
        MemberNode node = member.Node;
        CancellationToken cancellationToken = context.StreamToken();
        if (!request.Serializable)
        {
            (await node.LinearizableReadAsync()).ThrowIfAny();
        }

        MvccView view = node.View;
        bool isPaged = !request.CountOnly && !request.RangeEnd.IsEmpty;
        RangeResponse last = Known(view.Range(isPaged ? new RangeRequest(request) { CountOnly = true } : request));
        last.Header = node.Complete(last.Header);
        if (isPaged)
        {
            await StreamAsync(request, view, last, responseStream, cancellationToken);
        }

        await responseStream.WriteAsync(new RangeStreamResponse { RangeResponse = last }, cancellationToken);
    }

    /// <summary>Writes all chunks but the last, whose keys go into the response that ends the stream.</summary>
    private async Task StreamAsync(
        RangeRequest request,
        MvccView view,
        RangeResponse last,
        IServerStreamWriter<RangeStreamResponse> responseStream,
        CancellationToken cancellationToken)
    {
        long left = request.Limit > 0 ? request.Limit : long.MaxValue - 1;
        RangeRequest chunk = new(request)
        {
            Revision = request.Revision > 0 ? request.Revision : view.Revision,
            Limit = Math.Min(FirstChunkKeys, left),
        };
        while (true)
        {
            RangeResponse read = Known(view.RangePage(chunk, options.MaxRequestBytes));
            left -= read.Kvs.Count;
            if (!read.More || left == 0)
            {
                last.More = read.More;
                last.Kvs.AddRange(read.Kvs);
                return;
            }

            await responseStream.WriteAsync(new RangeStreamResponse { RangeResponse = Piece(read) }, cancellationToken);
            chunk.Key = After(read.Kvs[^1].Key);
            bool isSmall = read.CalculateSize() < options.MaxRequestBytes / 2;
            chunk.Limit = Math.Min(isSmall ? chunk.Limit * 2 : read.Kvs.Count, left);
        }
    }

    /// <summary>In etcd's order: what no release takes, what RangeStream does not take.</summary>
    private static void CheckStreamable(RangeRequest request)
    {
        RequestValidator.Check(request).ThrowIfAny();
        bool isKnownOrder = request.SortOrder
            is >= RangeRequest.Types.SortOrder.None and <= RangeRequest.Types.SortOrder.Descend;
        (isKnownOrder ? null : EtcdErrors.InvalidSortOption).ThrowIfAny();
        bool isNatural = request.SortOrder == RangeRequest.Types.SortOrder.None
            || (request.SortTarget == RangeRequest.Types.SortTarget.Key
                && request.SortOrder == RangeRequest.Types.SortOrder.Ascend);
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

    private static RangeResponse Known((RangeResponse? Response, EtcdError? Error) read)
    {
        read.Error.ThrowIfAny();
        return read.Response ?? throw new InvalidOperationException("a read gave neither an answer nor an error");
    }

    /// <summary>Only the last chunk says whether there is more.</summary>
    private static RangeResponse Piece(RangeResponse read)
    {
        read.More = false;
        return read;
    }

    /// <summary>The least key above a key: with a zero byte appended.</summary>
    private static ByteString After(ByteString key)
    {
        byte[] next = new byte[key.Length + 1];
        key.Span.CopyTo(next);
        return UnsafeByteOperations.UnsafeWrap(next);
    }
}
