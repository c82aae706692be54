using Etcd.Protocol.Errors;
using Etcd.Protocol.Wire;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// Binds the key-value service as generated, except that transactions are read to their full depth. Stateless.
/// </summary>
internal static class KVBinding
{
    /// <summary>Called by the gRPC library when it maps <see cref="KVService"/>.</summary>
    public static void BindService(ServiceBinderBase binder, KV.KVBase service) =>
        KV.BindService(new TxnBinder(binder), service);

    private static TxnRequest ReadTxn(DeserializationContext context)
    {
        try
        {
            return (TxnRequest)NestedMessages.Parse(TxnRequest.Parser, context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException error) when (NestedMessages.IsTooDeep(error))
        {
            // Differs from etcd: so much depth is refused whatever --max-txn-ops allows, for the stack's sake.
            throw EtcdErrors.TooManyOps.ToRpcException();
        }
    }

    private sealed class TxnBinder(ServiceBinderBase inner) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            if (method.RequestMarshaller is Marshaller<TxnRequest> marshaller)
            {
                object deep = new Marshaller<TxnRequest>(marshaller.ContextualSerializer, ReadTxn);
                method = new Method<TRequest, TResponse>(
                    method.Type,
                    method.ServiceName,
                    method.Name,
                    (Marshaller<TRequest>)deep,
                    method.ResponseMarshaller);
            }

            inner.AddMethod(method, handler);
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(method, handler);
    }
}
