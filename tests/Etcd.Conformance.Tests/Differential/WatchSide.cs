using System.Threading.Channels;
using Etcdserverpb;
using Grpc.Core;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>
/// One watch stream to one member, with what its watches were told. Between two settlements events are collected by
/// watch, because neither their order among watches nor their batches are promised. One caller.
/// </summary>
internal sealed class WatchSide : IAsyncDisposable
{
    /// <summary>A watch that is always there, so that the stream is never without one.</summary>
    private const long FenceId = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;
    private readonly Channel<WatchResponse> _responses = Channel.CreateUnbounded<WatchResponse>();
    private readonly SortedDictionary<long, List<string>> _told = [];
    private readonly Task _reading;

    private WatchSide(Member member)
    {
        _call = member.Watch.Watch(cancellationToken: _stop.Token);
        _reading = ReadAsync();
    }

    public static async Task<WatchSide> OpenAsync(Member member)
    {
        var side = new WatchSide(member);
        var fence = new WatchCreateRequest { Key = OperationGenerator.FenceKey, WatchId = FenceId };
        await side.SendAsync(new WatchRequest { CreateRequest = fence }, compactRevision: -1);
        return side;
    }

    /// <summary>
    /// Sends a request and waits until it has taken effect: for the answer, which every create and every cancel of a
    /// living watch has. A watch that starts below the compaction is cancelled by the server and then by the client,
    /// because it holds up progress until then.
    /// </summary>
    /// <returns>The answer.</returns>
    public async Task<WatchResponse> SendAsync(WatchRequest request, long compactRevision)
    {
        await _call.RequestStream.WriteAsync(request);
        var answer = await UntilAsync(response => response.Created || IsAnswerToCancel(response), Limit);
        long start = request.CreateRequest?.StartRevision ?? 0;
        if (answer.Created && !answer.Canceled && start > 0 && start < compactRevision)
        {
            await UntilAsync(response => response.CompactRevision != 0, Limit);
            await _call.RequestStream.WriteAsync(
                new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = answer.WatchId } });
            await UntilAsync(IsAnswerToCancel, Limit);
            answer.Canceled = true;
        }

        return answer;
    }

    /// <summary>Waits until every watch has everything up to a revision, and gives what they were told since.</summary>
    public async Task<string> SettleAsync(long revision)
    {
        var deadline = DateTime.UtcNow + Limit;
        do
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"phase: watching; expected: progress to {revision} within {Limit}");
            }

            await _call.RequestStream.WriteAsync(
                new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        }
        while (!await TryUntilAsync(response => IsProgress(response) && response.Header.Revision >= revision, Repeat));

        string told = string.Join('\n', _told.SelectMany(watch => watch.Value.Select(text => $"{watch.Key}: {text}")));
        _told.Clear();
        return told;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _call.Dispose();
        _stop.Dispose();
    }

    private static bool IsProgress(WatchResponse response) =>
        response is { WatchId: -1, Created: false, Canceled: false };

    private static bool IsAnswerToCancel(WatchResponse response) =>
        response is { Canceled: true, Created: false, CompactRevision: 0 };

    private async Task<WatchResponse> UntilAsync(Func<WatchResponse, bool> last, TimeSpan limit)
    {
        WatchResponse? found = null;
        return await TryUntilAsync(response => last(response) && (found = response) is not null, limit)
            ? found!
            : throw new TimeoutException($"phase: watching; expected: an answer within {limit}; actual: none");
    }

    /// <summary>Takes responses until one holds; false when time is over first.</summary>
    private async Task<bool> TryUntilAsync(Func<WatchResponse, bool> last, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            while (true)
            {
                var response = await _responses.Reader.ReadAsync(timeout.Token);
                Take(response);
                if (last(response))
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Take(WatchResponse response)
    {
        if (IsProgress(response))
        {
            return;
        }

        if (!_told.TryGetValue(response.WatchId, out var told))
        {
            _told.Add(response.WatchId, told = []);
        }

        if (response.Events.Count > 0)
        {
            told.AddRange(response.Events.Select(change => change.ToString()!));
            return;
        }

        Answer.Mask(response.Header);
        told.Add(response.ToString()!);
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var response in _call.ResponseStream.ReadAllAsync(_stop.Token))
            {
                _responses.Writer.TryWrite(response);
            }

            _responses.Writer.Complete();
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException)
        {
            _responses.Writer.Complete(error);
        }
    }
}
