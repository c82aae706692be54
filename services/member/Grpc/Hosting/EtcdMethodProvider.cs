using Etcd.Protocol.Errors;
using Etcd.Protocol.Wire;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Health.V1;
using V3Electionpb;

namespace Etcd.Member.Grpc;

/// <summary>
/// Tells the gRPC library the methods of all services: each runs in <see cref="CallHandler"/>, which costs less than the
/// library's interceptors, and reads its request so that what cannot be read gets the status of Go's gRPC.
/// </summary>
internal sealed class EtcdMethodProvider(EtcdMethods services, CallHandler calls) : IServiceMethodProvider<EtcdMethods>
{
    private const string UnreadableText = "grpc: error unmarshalling request: unexpected EOF";

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<EtcdMethods> context)
    {
        Binder binder = new(context, calls);
        KV.BindService(binder, services.KV);
        Watch.BindService(binder, services.Watch);
        Lease.BindService(binder, services.Lease);
        Etcdserverpb.Cluster.BindService(binder, services.Cluster);
        Maintenance.BindService(binder, services.Maintenance);
        V3Lockpb.Lock.BindService(binder, services.Lock);
        Election.BindService(binder, services.Election);
        Health.BindService(binder, services.Health);
    }

    private static TRequest Read<TRequest>(Marshaller<TRequest> marshaller, DeserializationContext context)
        where TRequest : class
    {
        try
        {
            // Transactions are read to their full depth.
            return typeof(TRequest) == typeof(TxnRequest)
                ? (TRequest)NestedMessages.Parse(TxnRequest.Parser, context.PayloadAsReadOnlySequence())
                : typeof(TRequest) == typeof(PutRequest)
                ? (TRequest)(object)EncodedPut.Read(context.PayloadAsReadOnlySequence())
                : marshaller.ContextualDeserializer(context);
        }
        catch (InvalidProtocolBufferException error) when (NestedMessages.IsTooDeep(error))
        {
            // Differs from etcd: so much depth is refused whatever --max-txn-ops allows, for the stack's sake.
            throw EtcdErrors.TooManyOps.ToRpcException();
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RpcException(new Status(StatusCode.Internal, UnreadableText));
        }
    }

    /// <summary>A range's answer is written once, and nobody has it any more afterwards.</summary>
    private static Marshaller<RangeResponse> Releasing(Marshaller<RangeResponse> marshaller) => new(
        (response, context) =>
        {
            marshaller.ContextualSerializer(response, context);
            LargeValue.Release(response);
        },
        marshaller.ContextualDeserializer);

    private sealed class Binder(ServiceMethodProviderContext<EtcdMethods> context, CallHandler calls)
        : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            Marshaller<TRequest> marshaller = method.RequestMarshaller;
            Method<TRequest, TResponse> readable = new(
                method.Type,
                method.ServiceName,
                method.Name,
                new Marshaller<TRequest>(marshaller.ContextualSerializer, payload => Read(marshaller, payload)),
                method.ResponseMarshaller is Marshaller<RangeResponse> ranges
                    ? (Marshaller<TResponse>)(object)Releasing(ranges)
                    : method.ResponseMarshaller);
            context.AddUnaryMethod(
                readable, [], (_, request, call) => calls.UnaryAsync(request, call, handler));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            context.AddServerStreamingMethod(
                method, [], (_, request, writer, call) => calls.ServerStreamAsync(request, writer, call, handler));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            context.AddDuplexStreamingMethod(
                method,
                [],
                (_, reader, writer, call) =>
                    calls.DuplexAsync(method.RequestMarshaller, reader, writer, call, handler));
        }
    }
}
