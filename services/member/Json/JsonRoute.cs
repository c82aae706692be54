using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Etcd.Member.Json;

/// <summary>A gRPC method that is served and has a path. Immutable.</summary>
/// <param name="Method">Its descriptor.</param>
/// <param name="Endpoint">Where the gRPC library serves it.</param>
internal sealed record JsonRoute(MethodDescriptor Method, Endpoint Endpoint)
{
    /// <summary>An empty request, to be filled by one call.</summary>
    public IMessage NewRequest() => Method.InputType.Parser.ParseFrom(ByteString.Empty);
}
