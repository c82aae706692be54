using Etcd.Node.Watching;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// Watch streams (api.md §5): requests go to the shard that owns the stream, responses come back through a queue with
/// one writer, whose thread is the shard's while there is little to write. What a watch means is the shard's.
/// Thread-safe.
/// <code>
/// client ──▶ reader loop ──▶ shard ──▶ WatchSink ──▶ writer loop ──▶ client
///                              ▲                        │ bytes written
///                              └────── credit ──────────┘
/// </code>
/// </summary>
internal sealed class WatchService(IMemberAccess member, IGrpcMetrics metrics) : Watch.WatchBase
{
    private const string MetricsApi = "watch";

    /// <summary>Requests that may wait for the shard: more would only fill its inbox.</summary>
    private const int MaxWaitingRequests = 64;

    /// <summary>Pause of a reader whose client asks faster than it takes answers; nothing else waits for it.</summary>
    private static readonly TimeSpan ReaderPause = TimeSpan.FromMilliseconds(5);

    public override async Task Watch(
        IAsyncStreamReader<WatchRequest> requestStream,
        IServerStreamWriter<WatchResponse> responseStream,
        ServerCallContext context)
    {
        CancellationToken end = context.StreamToken();
        WatchSink sink = new(neverHere: false);
        using WatchStream stream = member.Node.OpenWatchStream(sink);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(end);
        // CallHandler gives every stream these two; the shard knows the sizes, so nothing is measured twice.
        RequestReader<WatchRequest> requests = (RequestReader<WatchRequest>)requestStream;
        Task reading = ReadAsync(requests, sink, stream, either);
        Task writing = WriteAsync((ResponseWriter<WatchResponse>)responseStream, sink, stream, either);
        try
        {
            await Task.WhenAll(reading, writing);
            if (!requests.HasLeft)
            {
                end.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw EtcdErrors.WatchCanceled.ToRpcException();
        }
        finally
        {
            sink.Close();
        }
    }

    /// <summary>Ends with the stream; a client that only stops sending keeps its watches.</summary>
    private async Task ReadAsync(
        RequestReader<WatchRequest> requests, WatchSink sink, WatchStream stream, CancellationTokenSource end)
    {
        try
        {
            while (await requests.ReadAsync(end.Token))
            {
                stream.Request(requests.Current, denial: null);
                while (sink.IsFull || stream.WaitingRequests >= MaxWaitingRequests)
                {
                    await Task.Delay(ReaderPause, end.Token);
                }
            }

            if (requests.HasLeft)
            {
                sink.Close();
            }
        }
        catch (Exception exception)
        {
            await FailAsync("receive", exception, end);
            throw;
        }
    }

    /// <summary>Writes what the shard gives, one flush for all that is there. On the shard's thread while it has little
    /// to do and the client takes what it gets.</summary>
    private async Task WriteAsync(
        ResponseWriter<WatchResponse> responses,
        WatchSink sink,
        WatchStream stream,
        CancellationTokenSource end)
    {
        try
        {
            using CancellationTokenRegistration ending = end.Token.UnsafeRegister(
                static sink => ((WatchSink)sink!).Close(), sink);
            while (await sink.WaitAsync())
            {
                long written = 0;
                bool any = sink.TryTake(out WatchMessage next);
                while (any)
                {
                    WatchMessage current = next;
                    any = sink.TryTake(out next);
                    await SendAsync(responses, current, isLast: !any, end.Token);
                    written += current.SizeBytes;
                }

                stream.ReturnCredit(written);
            }
        }
        catch (Exception exception)
        {
            await FailAsync("send", exception, end);
            throw;
        }
    }

    private static ValueTask SendAsync(
        ResponseWriter<WatchResponse> responses,
        in WatchMessage message,
        bool isLast,
        CancellationToken cancellationToken)
    {
        WatchBody body = message.Body;
        if (!body.IsEncoded || !responses.TryBegin(message.SizeBytes, out Span<byte> place))
        {
            return responses.SendAsync(message.ToResponse(), message.SizeBytes, isLast, cancellationToken);
        }

        body.Write(message.WatchId, place);
        return isLast ? responses.FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>One loop that fails ends the other.</summary>
    private async Task FailAsync(string direction, Exception exception, CancellationTokenSource end)
    {
        if (!end.IsCancellationRequested && exception is not OperationCanceledException)
        {
            metrics.StreamFailure(direction, MetricsApi);
        }

        await end.CancelAsync();
    }
}
