using System.Net;
using System.Net.Http.Headers;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>The gRPC services on the port of the peers, and what is no call there and on the port of clients.</summary>
public sealed class PeerPortTableTests(Pair pair) : IClassFixture<Pair>
{
    private Harness.Cluster.Member[] Both => [pair.ReferenceMember, pair.OurMember];

    [Fact]
    public async Task T12_peer_port_serves_the_calls_of_clients()
    {
        var told = new List<string>();
        foreach (var member in Both)
        {
            using var channel = Harness.Channels.To(member.PeerUrl);
            var lines = new List<string>();
            var kv = new KV.KVClient(channel);
            using var watch = new Watch.WatchClient(channel).Watch();
            await watch.RequestStream.WriteAsync(
                new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Bytes("T12") } });
            lines.Add($"created {(await NextAsync(watch)).Created}");
            await kv.PutAsync(Put("T12", "by the peer port"));
            lines.Add($"{(await NextAsync(watch)).Events}");
            lines.Add($"{(await kv.RangeAsync(Range("T12"))).Kvs}");
            lines.Add($"{(await member.Kv.RangeAsync(Range("T12"))).Kvs}");
            var lease = await new Lease.LeaseClient(channel).LeaseGrantAsync(Grant(12, 1000));
            lines.Add($"lease {lease.ID} of {lease.TTL} s");
            var list = await new Cluster.ClusterClient(channel).MemberListAsync(new MemberListRequest());
            lines.Add($"{list.Members.Single().Name} {list.Members.Single().ClientURLs.Single() == member.ClientUrl}");
            var status = await new Maintenance.MaintenanceClient(channel).StatusAsync(new StatusRequest());
            lines.Add($"{status.Leader == status.Header.MemberId} {status.Header.Revision}");
            lines.Add($"{await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())}");
            lines.Add(await RawCalls.OfAsync(channel.CreateCallInvoker(), "etcdserverpb.KV", "Put", new byte[2_097_153]));
            told.Add(string.Join('\n', lines));
        }

        Assert.Equal(told[0], told[1]);
    }

    [Theory]
    [InlineData("v3lockpb.Lock", "Lock", "unknown service v3lockpb.Lock")]
    [InlineData("v3electionpb.Election", "Observe", "unknown service v3electionpb.Election")]
    [InlineData("etcdserverpb.KV", "Nothing", "unknown method Nothing for service etcdserverpb.KV")]
    public async Task T12_peer_port_has_no_locks_and_elections(string service, string method, string text)
    {
        foreach (var member in Both)
        {
            using var channel = Harness.Channels.To(member.PeerUrl);
            Assert.Equal(
                $"Unimplemented: {text}", await RawCalls.OfAsync(channel.CreateCallInvoker(), service, method, []));
        }
    }

    [Theory]
    [InlineData("POST", "/etcdserverpb.KV/Range", null)]
    [InlineData("POST", "/etcdserverpb.KV/Range", "application/json")]
    [InlineData("POST", "/etcdserverpb.KV/Range", "application/grpc-web")]
    [InlineData("POST", "/etcdserverpb.KV/Range", "application/grpc+proto")]
    [InlineData("GET", "/version", null)]
    [InlineData("GET", "/members", "application/grpc")]
    [InlineData("PUT", "/etcdserverpb.KV/Range", "application/grpc")]
    [InlineData("POST", "/nothing", "application/grpc")]
    [InlineData("POST", "/a/b/c", "application/grpc")]
    public async Task T13_request_by_http2_that_is_no_call_is_refused_in_gRPCs_way(
        string method, string path, string? contentType)
    {
        foreach (var port in (Func<Harness.Cluster.Member, string>[])[member => member.ClientUrl, member => member.PeerUrl])
        {
            string expected = await SendAsync(port(pair.ReferenceMember) + path, method, contentType);
            Assert.Equal(expected, await SendAsync(port(pair.OurMember) + path, method, contentType));
        }
    }

    private static async Task<WatchResponse> NextAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> watch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        return watch.ResponseStream.Current;
    }

    private static async Task<string> SendAsync(string url, string method, string? contentType)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), url)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        byte[] message = new RangeRequest { Key = Bytes("T13") }.ToByteArray();
        request.Content = new ByteArrayContent(method == "GET" ? [] : [0, 0, 0, 0, (byte)message.Length, .. message]);
        if (contentType is not null)
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }

        using var response = await client.SendAsync(request);
        int length = (await response.Content.ReadAsByteArrayAsync()).Length;
        var ends = response.Headers.Concat(response.TrailingHeaders)
            .Where(static header => header.Key.StartsWith("grpc-", StringComparison.Ordinal))
            .Where(static header => header.Value.Single().Length > 0)
            .Select(static header => $"{header.Key}: {header.Value.Single()}")
            .Order(StringComparer.Ordinal);
        return $"{(int)response.StatusCode} {response.Content.Headers.ContentType} {length > 0} {string.Join(", ", ends)}";
    }
}
