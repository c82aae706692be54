using Etcd.Benchmarks.Workloads;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Limits;

/// <summary>What the load client can ask for at most.</summary>
internal static class ClientLimit
{
    private const int Clients = 100;
    private const int Connections = 10;

    /// <summary>Puts a second against a server in this process that answers without work.</summary>
    public static double CallsPerSecond(int valueBytes, TimeSpan duration, CancellationToken cancellation)
    {
        using var server = new EchoServer(new PutResponse { Header = new() { Revision = 2 } }.ToByteArray());
        return new PutWorkload("put", sequential: false, ownValues: true).Run(new Bench
        {
            Server = new InProcessServer("echo", server.Endpoint),
            Clients = Clients,
            Connections = Connections,
            Loops = 1,
            Duration = duration,
            ValueBytes = valueBytes,
            Cancellation = cancellation,
        }).OperationsPerSecond;
    }
}
