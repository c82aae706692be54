using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Renewals: each client has a lease and a stream, and renews as soon as the last renewal is answered.</summary>
internal sealed class LeaseKeepAliveWorkload : Workload
{
    /// <inheritdoc/>
    public override string Name => "lease-keepalive";

    /// <inheritdoc/>
    public override string Summary => "lease keep-alive, a stream for each client";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [100, 1000];

    /// <inheritdoc/>
    public override string Operation => "renewal";

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.Throughput, 2.0)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        using LoadSession session = bench.Open();
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new Caller());
        }

        session.Start();
        return bench.Measure(session);
    }

    /// <summary>First grants its lease, then renews it over and over on one stream.</summary>
    private sealed class Caller : Http2Stream
    {
        private static readonly byte[] Grant = new LeaseGrantRequest { TTL = LeaseGrantWorkload.TimeToLive }.ToByteArray();

        private byte[]? _renewal;
        private long _sent;

        protected override bool WantsMessages => true;

        /// <inheritdoc/>
        public override void Begin()
        {
            Connection.Loop.CallerStarted();
            Connection.Open(this, GrpcMethod.LeaseGrant, Grant, last: true);
        }

        /// <inheritdoc/>
        public override void OnEnd(int status, string? text)
        {
            if (status != 0 || _renewal is null)
            {
                throw new LoadException($"a lease stream ended: status {status}: {text}");
            }

            _sent = Connection.Loop.Now;
            Connection.Open(this, GrpcMethod.LeaseKeepAlive, _renewal, last: false);
        }

        /// <inheritdoc/>
        protected override void OnMessage(ReadOnlySpan<byte> message)
        {
            if (_renewal is null)
            {
                long lease = LeaseGrantResponse.Parser.ParseFrom(message).ID;
                _renewal = new LeaseKeepAliveRequest { ID = lease }.ToByteArray();
                return;
            }

            Connection.Loop.Recorder.Succeeded(Connection.Loop.Now - _sent, message.Length);
            if (Connection.Loop.Stopping)
            {
                Connection.Loop.CallerEnded();
                return;
            }

            _sent = Connection.Loop.Now;
            Connection.Send(this, _renewal);
        }
    }
}
