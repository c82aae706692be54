using System.Globalization;
using System.Threading.Channels;
using Etcd.Testing;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>
/// Takes the spans that servers send by OTLP over gRPC
/// (<c>opentelemetry.proto.collector.trace.v1.TraceService/Export</c>).
/// </summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Span> _spans = Channel.CreateUnbounded<Span>();
    private readonly List<Span> _kept = [];

    private TraceCollector(WebApplication app, int port)
    {
        _app = app;
        Address = $"127.0.0.1:{port}";
    }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    public static async Task<TraceCollector> StartAsync()
    {
        int port = FreePorts.Take();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.ListenLocalhost(port, static listen => listen.Protocols = HttpProtocols.Http2));
        var collector = new TraceCollector(builder.Build(), port);
        collector._app.Run(collector.ExportAsync);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>The next span of this name. Others are kept: a call's span may end after that of the next call.
    /// </summary>
    public async Task<Span> NextAsync(string name)
    {
        var limit = TimeSpan.FromSeconds(60);
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            int found;
            while ((found = _kept.FindIndex(span => span.Name == name)) < 0)
            {
                _kept.Add(await _spans.Reader.ReadAsync(timeout.Token));
            }

            var next = _kept[found];
            _kept.RemoveAt(found);
            return next;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"phase: traces; expected: {name} within {limit}; actual: "
                + string.Join(", ", _kept.Select(span => span.Name)));
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ExportAsync(HttpContext context)
    {
        const int prefixBytes = 5;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        foreach (var (_, resource) in Fields(body.ToArray().AsMemory(prefixBytes)).Where(field => field.Number == 1))
        {
            var parts = Fields(resource).ToList();
            string about = parts.Where(part => part.Number == 1).Select(part => Attributes(part.Bytes, 1)).Single();
            foreach (var (_, scope) in parts.Where(part => part.Number == 2))
            {
                foreach (var (_, span) in Fields(scope).Where(part => part.Number == 2))
                {
                    _spans.Writer.TryWrite(ParseSpan(about, span));
                }
            }
        }

        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[prefixBytes]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static Span ParseSpan(string resource, ReadOnlyMemory<byte> bytes)
    {
        var fields = Fields(bytes).ToLookup(field => field.Number, field => field.Bytes);
        return new Span(
            resource,
            Text(fields[5].Single()),
            Convert.ToHexStringLower(fields[1].Single().Span),
            fields[4].Select(parent => Convert.ToHexStringLower(parent.Span)).FirstOrDefault(""),
            Text(fields[6].Single()),
            Attributes(bytes, 9),
            string.Join(' ', fields[15].SelectMany(Fields).Where(part => part.Number == 3).Select(part => Text(part.Bytes))));
    }

    /// <summary>Attributes of a message, sorted by name.</summary>
    private static string Attributes(ReadOnlyMemory<byte> message, int number) => string.Join('\n', Fields(message)
        .Where(field => field.Number == number)
        .Select(field => Fields(field.Bytes).ToDictionary(part => part.Number, part => part.Bytes))
        .Select(pair => $"{Text(pair[1])}={Text(Fields(pair[2]).Single().Bytes)}")
        .Order(StringComparer.Ordinal));

    private static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Numbers and contents of a message's fields; a number as content is decimal text.</summary>
    private static IEnumerable<(int Number, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        var input = new CodedInputStream(message.ToArray());
        while (input.ReadTag() is var tag and not 0)
        {
            var content = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.LengthDelimited => input.ReadBytes().Memory,
                WireFormat.WireType.Varint => Number(input.ReadUInt64()),
                WireFormat.WireType.Fixed64 => Number(input.ReadFixed64()),
                _ => Number(input.ReadFixed32()),
            };
            yield return (WireFormat.GetTagFieldNumber(tag), content);
        }

        static ReadOnlyMemory<byte> Number(ulong value) =>
            System.Text.Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>One span; attributes are lines of name and value.</summary>
    internal sealed record Span(
        string Resource, string Name, string TraceId, string ParentId, string Kind, string Attributes, string Status);
}
