using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Gateway.Cluster;

/// <summary>
/// Asks one member for its status and its list of members. Two unary calls over plain HTTP/2, with the framing done
/// here: a gRPC channel would wait ever longer before it tries a dead member again. Thread-safe.
/// </summary>
internal sealed class MemberProbe : IDisposable
{
    private const int FrameHeaderBytes = 5;

    // gRPC's own default for a received message; a status or a list of members is far smaller.
    private const int MaxAnswerBytes = 4 << 20;

    private readonly HttpMessageInvoker _client;
    private readonly Uri _status;
    private readonly Uri _memberList;
    private readonly Uri _metrics;

    public MemberProbe(Uri address, HttpMessageInvoker client)
    {
        _client = client;
        _status = new Uri(address, "/etcdserverpb.Maintenance/Status");
        _memberList = new Uri(address, "/etcdserverpb.Cluster/MemberList");
        _metrics = new Uri(address, "/metrics");
    }

    /// <summary>Looks at the member.</summary>
    /// <returns>A reachable observation.</returns>
    /// <exception cref="HttpRequestException">It cannot be reached, or what answers is no member.</exception>
    /// <exception cref="OperationCanceledException">It did not answer before the cancellation.</exception>
    public async Task<MemberObservation> ObserveAsync(CancellationToken cancellationToken)
    {
        var status = await CallAsync(_status, new StatusRequest(), StatusResponse.Parser, cancellationToken);
        return status is null
            ? await ObserveByMetricsAsync(cancellationToken)
            : new MemberObservation(
                MemberReach.Reachable,
                status.Header?.MemberId ?? 0,
                status.Header?.ClusterId ?? 0,
                status.Leader,
                status.RaftTerm,
                status.IsLearner);
    }

    /// <summary>The cluster's members as this one knows them; null when it may not say.</summary>
    public async Task<MemberListResponse?> ListMembersAsync(CancellationToken cancellationToken) =>
        await CallAsync(_memberList, new MemberListRequest(), MemberListResponse.Parser, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    /// <summary>With authentication on, the status is for users; the metrics tell anybody role and id.</summary>
    private async Task<MemberObservation> ObserveByMetricsAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _metrics);
        using var response = await _client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return MemberMetrics.Read(await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>One unary call; null when the member answers with an error status.</summary>
    private async Task<T?> CallAsync<T>(
        Uri method,
        IMessage message,
        MessageParser<T> parser,
        CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(message)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await _client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        if (response.Content.Headers.ContentLength > MaxAnswerBytes)
        {
            throw new HttpRequestException($"{method} answers {response.Content.Headers.ContentLength} bytes");
        }

        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return Status(response) == "0" && body.Length >= FrameHeaderBytes
            ? parser.ParseFrom(body, FrameHeaderBytes, body.Length - FrameHeaderBytes)
            : null;
    }

    private static byte[] Frame(IMessage message)
    {
        var frame = new byte[FrameHeaderBytes + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - FrameHeaderBytes);
        message.WriteTo(frame.AsSpan(FrameHeaderBytes));
        return frame;
    }

    private static string? Status(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var trailer) ? trailer.FirstOrDefault()
        : response.Headers.TryGetValues("grpc-status", out var header) ? header.FirstOrDefault()
        : null;
}
