using Etcd.Benchmarks.Http2;
using Google.Protobuf;

namespace Etcd.Benchmarks.Load;

/// <summary>One unary call on a connection of its own, for preparing and asking.</summary>
internal sealed class SingleCall : Http2Stream
{
    private readonly GrpcMethod _method;
    private readonly byte[] _request;
    private readonly TaskCompletionSource<byte[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _answer = [];

    private SingleCall(GrpcMethod method, byte[] request)
    {
        _method = method;
        _request = request;
    }

    protected override bool WantsMessages => true;

    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);

    /// <summary>Calls and waits for the answer, half a minute at most.</summary>
    public static TResponse Call<TResponse>(
        Uri endpoint, GrpcMethod method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse> => Call(endpoint, method, request, parser, LongestCall, cancellation);

    /// <summary>Calls and waits for the answer.</summary>
    /// <exception cref="LoadException">The connection was not made or broke, or the call failed.</exception>
    public static TResponse Call<TResponse>(
        Uri endpoint, GrpcMethod method, IMessage request, MessageParser<TResponse> parser, TimeSpan longest,
        CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var session = new LoadSession([endpoint], connections: 1, loops: 1, cancellation);
        var call = new SingleCall(method, request.ToByteArray());
        session.Add(call);
        session.Start();
        session.WaitUntil(() => call._done.Task.IsCompleted, method.Path, longest);
        return parser.ParseFrom(call._done.Task.GetAwaiter().GetResult());
    }

    /// <inheritdoc/>
    public override void Begin() => Connection.Open(this, _method, _request, last: true);

    /// <inheritdoc/>
    public override void OnEnd(int status, string? text)
    {
        if (status == 0)
        {
            _done.SetResult(_answer);
        }
        else
        {
            _done.SetException(new LoadException($"{_method.Path}: status {status}: {text}"));
        }
    }

    /// <inheritdoc/>
    protected override void OnMessage(ReadOnlySpan<byte> message) => _answer = message.ToArray();
}
