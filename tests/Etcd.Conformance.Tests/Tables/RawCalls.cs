using Grpc.Core;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Unary calls of any method with any bytes.</summary>
internal static class RawCalls
{
    private static readonly Marshaller<byte[]> Bytes = new(static bytes => bytes, static bytes => bytes);

    /// <summary>How the call ends: the status, or the response's length.</summary>
    public static Task<string> OfAsync(
        Member member, string service, string method, byte[] request, Metadata? headers = null) =>
        OfAsync(member.Calls, service, method, request, headers);

    /// <summary>The same of whatever listens.</summary>
    public static async Task<string> OfAsync(
        CallInvoker calls, string service, string method, byte[] request, Metadata? headers = null)
    {
        var options = new CallOptions(headers, DateTime.UtcNow.AddSeconds(20));
        using var call = calls.AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, service, method, Bytes, Bytes), host: null, options, request);
        try
        {
            return $"{(await call).Length} bytes";
        }
        catch (RpcException error)
        {
            return $"{error.StatusCode}: {error.Status.Detail}";
        }
    }
}
