using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Leases granted; they outlive the measurement.</summary>
internal sealed class LeaseGrantWorkload : ClosedLoopWorkload
{
    /// <summary>Seconds that the leases live.</summary>
    public const int TimeToLive = 3600;

    /// <inheritdoc/>
    public override string Name => "lease-grant";

    /// <inheritdoc/>
    public override string Summary => "lease grant";

    /// <inheritdoc/>
    protected override UnaryCaller NewCaller(int number, Bench bench) => new Caller();

    private sealed class Caller : UnaryCaller
    {
        private static readonly byte[] Request = new LeaseGrantRequest { TTL = TimeToLive }.ToByteArray();

        /// <inheritdoc/>
        protected override bool TryCall()
        {
            Connection.Open(this, GrpcMethod.LeaseGrant, Request, last: true);
            return true;
        }

        /// <inheritdoc/>
        protected override string? Check(ReadOnlySpan<byte> message) =>
            LeaseGrantResponse.Parser.ParseFrom(message).ID != 0 ? null : "no lease";
    }
}
