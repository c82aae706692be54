using System.Threading.Channels;
using Etcd.Conformance.Tests.Differential;
using Etcdserverpb;
using Grpc.Core;
using Mvccpb;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>One watch stream to each of a pair; both get the same requests and must answer the same.</summary>
internal sealed class WatchPair : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly Side _expected;
    private readonly Side _actual;

    private WatchPair(Member reference, Member ours) => (_expected, _actual) = (new Side(reference), new Side(ours));

    /// <summary>Opens a stream to each.</summary>
    public static WatchPair Open(Pair pair)
    {
        var watch = OpenWithoutReading(pair);
        watch.StartReading();
        return watch;
    }

    /// <summary>Opens a stream to each that nobody reads before <see cref="StartReading"/>.</summary>
    public static WatchPair OpenWithoutReading(Pair pair) => new(pair.ReferenceMember, pair.OurMember);

    /// <summary>
    /// Opens a stream to each, for what etcd answers so from a release on; to ours twice when the reference is older.
    /// </summary>
    public static async Task<WatchPair> OpenSinceAsync(Pair pair, Version release)
    {
        var status = await pair.ReferenceMember.Maintenance.StatusAsync(new StatusRequest());
        var reference = Version.Parse(status.Version) >= release ? pair.ReferenceMember : pair.OurMember;
        var watch = new WatchPair(reference, pair.OurMember);
        watch.StartReading();
        return watch;
    }

    public void StartReading()
    {
        _expected.StartReading();
        _actual.StartReading();
    }

    public async Task SendAsync(WatchRequest request)
    {
        await _expected.Call.RequestStream.WriteAsync(request);
        await _actual.Call.RequestStream.WriteAsync(request);
    }

    /// <summary>Sends a create request and gives its answer, which is the next response of both.</summary>
    public async Task<WatchResponse> CreateAsync(WatchRequest request)
    {
        await SendAsync(request);
        var created = await NextAsync();
        Assert.True(created.Created);
        return created;
    }

    /// <summary>The next response of both, ids masked, which must be the same.</summary>
    public async Task<WatchResponse> NextAsync()
    {
        var expected = await _expected.NextAsync();
        var actual = await _actual.NextAsync();
        Assert.True(expected.Equals(actual), $"watch response\n--- etcd\n{expected}\n--- ours\n{actual}");
        return actual;
    }

    /// <summary>The next events of both, however they are batched.</summary>
    public async Task<IReadOnlyList<Event>> EventsAsync(int count)
    {
        var expected = await _expected.EventsAsync(count);
        var actual = await _actual.EventsAsync(count);
        Assert.Equal(expected.Select(change => change.ToString()), actual.Select(change => change.ToString()));
        return actual;
    }

    /// <summary>The next responses of each side, by watch: their order among watches is nobody's promise.</summary>
    public async Task<(List<WatchResponse> Expected, List<WatchResponse> Actual)> AllOfAsync(int count)
    {
        return (await OfAsync(_expected), await OfAsync(_actual));

        async Task<List<WatchResponse>> OfAsync(Side side)
        {
            var responses = new List<WatchResponse>();
            while (responses.Count < count)
            {
                responses.Add(await side.NextAsync());
            }

            return [.. responses.OrderBy(response => response.WatchId)];
        }
    }

    /// <summary>Lets both streams end on the client's side only.</summary>
    public async Task HalfCloseAsync()
    {
        await _expected.Call.RequestStream.CompleteAsync();
        await _actual.Call.RequestStream.CompleteAsync();
    }

    /// <summary>The next responses of each side until one holds; for what each may batch as it likes.</summary>
    public async Task<(List<WatchResponse> Expected, List<WatchResponse> Actual)> UntilAsync(
        Func<WatchResponse, bool> last) => (await _expected.UntilAsync(last), await _actual.UntilAsync(last));

    public async ValueTask DisposeAsync()
    {
        await _expected.DisposeAsync();
        await _actual.DisposeAsync();
    }

    private sealed class Side : IAsyncDisposable
    {
        private readonly Channel<WatchResponse> _responses = Channel.CreateUnbounded<WatchResponse>();
        private readonly CancellationTokenSource _stop = new();
        private Task _reading = Task.CompletedTask;

        public Side(Member member) => Call = member.Watch.Watch(cancellationToken: _stop.Token);

        public AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Call { get; }

        public void StartReading() => _reading = ReadAsync();

        public async Task<WatchResponse> NextAsync()
        {
            using var timeout = new CancellationTokenSource(Limit);
            try
            {
                var response = await _responses.Reader.ReadAsync(timeout.Token);
                Answer.Mask(response.Header);
                return response;
            }
            catch (OperationCanceledException error)
            {
                throw new TimeoutException($"phase: watching; expected: a response within {Limit}; actual: none", error);
            }
        }

        public async Task<List<Event>> EventsAsync(int count)
        {
            var events = new List<Event>();
            while (events.Count < count)
            {
                events.AddRange((await NextAsync()).Events);
            }

            return events;
        }

        public async Task<List<WatchResponse>> UntilAsync(Func<WatchResponse, bool> last)
        {
            var responses = new List<WatchResponse>();
            do
            {
                responses.Add(await NextAsync());
            }
            while (!last(responses[^1]));

            return responses;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            Call.Dispose();
            _stop.Dispose();
        }

        private async Task ReadAsync()
        {
            try
            {
                await foreach (var response in Call.ResponseStream.ReadAllAsync(_stop.Token))
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
}
