using System.Text.RegularExpressions;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>What servers send to a collector of traces.</summary>
public sealed partial class TracingTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ParentId = "b7ad6b7169203331";

    /// <summary>Releases before 3.5.30 name the attributes by an older convention; ours is asked alone then.</summary>
    [Fact]
    public async Task S25_calls_are_traced_as_in_etcd()
    {
        string expected = $"{Span("Put", "OK")}\n{Span("Range", "INVALID_ARGUMENT")}";
        var reference = TracedAsync(Harness.Cluster.StartReferenceAsync);
        Assert.Equal(expected, (await TracedAsync(Harness.Cluster.StartOursAsync)).Spans);
        var (spans, version) = await reference;
        if (version >= new System.Version(3, 5, 30))
        {
            Assert.Equal(expected, spans);
        }

        static string Span(string method, string status) =>
            "service.instance.id=one\nservice.name=store\n"
            + $"etcdserverpb.KV/{method} in {TraceId} of {ParentId}, kind 2, status \n"
            + $"rpc.method=etcdserverpb.KV/{method}\nrpc.response.status_code={status}\nrpc.system.name=grpc\n"
            + "server.address=127.0.0.1\nserver.port=PORT";
    }

    private static async Task<(string Spans, System.Version Version)> TracedAsync(
        Func<int, string[], Task<Harness.Cluster>> start)
    {
        await using var collector = await TraceCollector.StartAsync();
        await using var cluster = await start(1,
        [
            "--experimental-enable-distributed-tracing=true",
            $"--experimental-distributed-tracing-address={collector.Address}",
            "--experimental-distributed-tracing-service-name=store",
            "--experimental-distributed-tracing-instance-id=one",
            "--experimental-distributed-tracing-sampling-rate=0",
        ]);
        var member = cluster.Members[0];
        var parent = new Grpc.Core.Metadata { { "traceparent", $"00-{TraceId}-{ParentId}-01" } };
        // Without a parent nothing is sampled at rate 0.
        await member.Kv.PutAsync(Put("S25", "v"));
        await member.Kv.PutAsync(Put("S25", "v"), parent);
        await Assert.ThrowsAsync<RpcException>(async () => await member.Kv.RangeAsync(new RangeRequest(), parent));
        string spans = $"{Described(await collector.NextAsync("etcdserverpb.KV/Put"))}\n"
            + Described(await collector.NextAsync("etcdserverpb.KV/Range"));
        var status = await member.Maintenance.StatusAsync(new StatusRequest());
        return (spans, System.Version.Parse(status.Version));
    }

    private static string Described(TraceCollector.Span span) => Port().Replace(
        $"{span.Resource}\n{span.Name} in {span.TraceId} of {span.ParentId}, kind {span.Kind}, "
        + $"status {span.Status}\n{span.Attributes}",
        "$1=PORT");

    [GeneratedRegex(@"(port)=\d+")]
    private static partial Regex Port();
}
