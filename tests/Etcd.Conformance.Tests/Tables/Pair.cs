using Etcd.Conformance.Tests.Differential;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>
/// One member of the reference and one of ours that get the same requests in the same order, so that their revisions
/// stay equal. Shared by the tests of a class; each keeps to keys and leases of its own.
/// </summary>
public sealed class Pair : IAsyncLifetime, IAsyncDisposable
{
    private readonly string[] _arguments;

    public Pair()
        : this([])
    {
    }

    internal Pair(params string[] arguments) => _arguments = arguments;

    /// <summary>The store revision of both after the last request.</summary>
    internal long Revision { get; private set; } = 1;

    internal Cluster Reference { get; private set; } = null!;

    internal Cluster Ours { get; private set; } = null!;

    internal Cluster.Member ReferenceMember => Reference.Members[0];

    internal Cluster.Member OurMember => Ours.Members[0];

    internal static async Task<Pair> StartAsync(params string[] arguments)
    {
        var pair = new Pair(arguments);
        await pair.InitializeAsync();
        return pair;
    }

    public async Task InitializeAsync()
    {
        var reference = Cluster.StartReferenceAsync(1, _arguments);
        var ours = Cluster.StartOursAsync(1, _arguments);
        Reference = await reference;
        Ours = await ours;
    }

    /// <summary>Sends the request to both; the answers are the same.</summary>
    internal async Task<Outcome> SameAsync(IMessage request)
    {
        var expected = await Answer.OfAsync(ReferenceMember, request, keepOrder: true);
        var actual = await Answer.OfAsync(OurMember, request, keepOrder: true);
        Assert.True(
            expected.Text == actual.Text,
            $"{request.Descriptor.Name} {Short(request.ToString()!)}\n--- etcd\n{Short(expected.Text)}\n--- ours\n{Short(actual.Text)}");
        Revision = Math.Max(Revision, expected.Revision);
        return actual;
    }

    /// <summary>Sends the request to both; both answer with a response of the type.</summary>
    internal async Task<T> SameAsync<T>(IMessage request)
        where T : class, IMessage
    {
        var outcome = await SameAsync(request);
        return outcome.Response as T ?? throw new InvalidOperationException($"{request} was answered {outcome.Text}");
    }

    /// <summary>Sends the request to both; both refuse it with this code and text.</summary>
    internal async Task RefusedAsync(IMessage request, StatusCode code, string text)
    {
        var outcome = await SameAsync(request);
        Assert.Equal($"{code}: {text}", outcome.Text);
    }

    /// <summary>Sends the same put so many times to both, many at once; each makes a revision.</summary>
    internal async Task ManyAsync(PutRequest request, int count)
    {
        foreach (var member in (Cluster.Member[])[ReferenceMember, OurMember])
        {
            await Parallel.ForAsync(
                0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 },
                async (_, end) => await member.Kv.PutAsync(request, cancellationToken: end));
        }

        Revision += count;
    }

    internal Task<PutResponse> PutAsync(string key, string value, long lease = 0) =>
        SameAsync<PutResponse>(Requests.Put(key, value, lease));

    internal Task<RangeResponse> GetAsync(string key, string end = "") =>
        SameAsync<RangeResponse>(Requests.Range(key, end));

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Reference.DisposeAsync();
        await Ours.DisposeAsync();
    }

    private static string Short(string text) => text.Length > 2000 ? text[..2000] + "…" : text;
}
