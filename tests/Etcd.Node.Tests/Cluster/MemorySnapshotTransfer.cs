using System.Collections.Concurrent;
using Etcd.Node.Peers;
using Etcd.Ports.Engine;
using Etcd.Raft;
using Etcd.Testing;

namespace Etcd.Node.Tests.Cluster;

/// <summary>Carries whole states between members of one process. Thread-safe.</summary>
internal sealed class MemorySnapshotTransfer(MemoryNetwork network) : ISnapshotTransfer
{
    private readonly ConcurrentDictionary<ulong, InMemoryEngine> _received = new();
    private int _sent;
    private int _installed;

    public int Sent => Volatile.Read(ref _sent);

    public int Installed => Volatile.Read(ref _installed);

    /// <summary>Called with the engine that a member uses from now on.</summary>
    public Action<InMemoryEngine>? Replaced { get; set; }

    public void Send(Message message, IKvSnapshot state)
    {
        InMemoryEngine copy = new();
        using (state)
        using (IKvBatch batch = copy.CreateBatch())
        {
            foreach (Bucket bucket in Enum.GetValues<Bucket>())
            {
                using IKvCursor cursor = state.Scan(bucket, [], []);
                while (cursor.MoveNext())
                {
                    batch.Put(bucket, cursor.Key, cursor.Value);
                }
            }

            copy.Write(batch);
            copy.Flush();
        }

        _received[message.Snapshot!.Metadata.Index] = copy; // A MsgSnap has one.
        Interlocked.Increment(ref _sent);
        bool delivered = network.Deliver(message);
        network.Find(message.From)?.ReportSnapshot(message.To, delivered);
    }

    public IKvEngine Install(Snapshot snapshot, IKvEngine current)
    {
        InMemoryEngine engine = _received[snapshot.Metadata.Index].Clone();
        Interlocked.Increment(ref _installed);
        Replaced?.Invoke(engine);
        return engine;
    }
}
