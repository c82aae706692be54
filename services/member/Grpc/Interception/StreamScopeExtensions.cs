using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Hands a stream's scope from the interceptor to the handler.</summary>
internal static class StreamScopeExtensions
{
    private static readonly object Key = new();

    /// <summary>Attaches the scope to the call.</summary>
    public static void SetStreamScope(this ServerCallContext context, StreamScope scope) =>
        context.UserState[Key] = scope;

    /// <summary>Cancelled when the stream must end; set for every stream that passed the interceptor.</summary>
    public static CancellationToken StreamToken(this ServerCallContext context) =>
        ((StreamScope)context.UserState[Key]).Token;
}
