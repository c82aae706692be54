using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Renewals: each client has a lease, and renews as soon as the last renewal is answered.</summary>
/// <param name="name">For the command line.</param>
/// <param name="once">
/// Whether each renewal has a stream of its own, as etcd's own tool makes them, instead of one for each client.
/// </param>
internal sealed class LeaseKeepAliveWorkload(string name, bool once) : Workload
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => $"lease keep-alive, a stream for each {(once ? "renewal" : "client")}";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [100, 1000];

    /// <inheritdoc/>
    public override string Operation => "renewal";

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.Throughput, once ? 2.0 : null)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        using LoadSession session = bench.Open();
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new Caller(once));
        }

        session.Start();
        return bench.Measure(session);
    }

    /// <summary>First grants its lease, then renews it over and over.</summary>
    private sealed class Caller(bool once) : Http2Stream
    {
        private static readonly byte[] Grant = new LeaseGrantRequest { TTL = LeaseGrantWorkload.TimeToLive }.ToByteArray();

        private byte[]? _renewal;
        private long _sent;
        private int _answerBytes;

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

            if (_answerBytes > 0)
            {
                Renewed();
            }

            Renew();
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

            _answerBytes = message.Length;
            if (!once)
            {
                Renewed();
                Renew();
            }
        }

        private void Renewed() => Connection.Loop.Recorder.Succeeded(Connection.Loop.Now - _sent, _answerBytes);

        private void Renew()
        {
            if (Connection.Loop.Stopping)
            {
                Connection.Loop.CallerEnded();
                return;
            }

            bool first = _answerBytes == 0;
            _answerBytes = 0;
            _sent = Connection.Loop.Now;
            if (once || first)
            {
                Connection.Open(this, GrpcMethod.LeaseKeepAlive, _renewal, last: once);
            }
            else
            {
                Connection.Send(this, _renewal);
            }
        }
    }
}
