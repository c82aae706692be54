using System.Buffers.Binary;
using Etcd.Node.Peers;
using Etcd.Ports.Engine;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.Simulator.Ports;
using Etcd.StateMachine.Membership;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Simulator.Members;

/// <summary>
/// What <c>snapshot restore</c> makes of a snapshot file: the same keys and leases, another membership, applied up to
/// the entries that name it, and a log that starts behind them (etcd's <c>etcdutl/snapshot/v3_snapshot.go</c>).
/// </summary>
internal static class RestoredFiles
{
    private const ulong Term = 1;

    /// <summary>The state of every member of the new cluster.</summary>
    /// <param name="snapshot">The file's content.</param>
    /// <param name="members">The new cluster.</param>
    /// <param name="revision">Revision to begin at, marked as compacted (<c>--bump-revision</c>,
    /// <c>--mark-compacted</c>); null for the file's own.</param>
    public static InMemoryEngine State(InMemoryEngine snapshot, ClusterMember[] members, long? revision)
    {
        InMemoryEngine engine = snapshot.Clone();
        using IKvBatch batch = engine.CreateBatch();
        batch.DeleteRange(Bucket.Members, [], []);
        batch.DeleteRange(Bucket.MembersRemoved, [], []);
        engine.Write(batch);
        batch.Clear();
        MembershipState membership = MembershipState.Open(engine, maxLearners: 1);
        foreach (ClusterMember member in members)
        {
            membership.Apply(MembershipRequests.Add(requestId: 0, member), batch, out _);
        }

        batch.Put(Bucket.Meta, "consistent_index"u8, BigEndian(members.Length));
        batch.Put(Bucket.Meta, "term"u8, BigEndian((long)Term));
        batch.Put(Bucket.Meta, "confState"u8, ConfStateJson.Write(ConfStateProto(members)));
        if (revision is { } bumped)
        {
            byte[] key = [.. BigEndian(bumped), (byte)'_', .. BigEndian(0)];
            batch.Put(Bucket.Key, key, []);
            batch.Put(Bucket.Meta, "scheduledCompactRev"u8, key);
        }

        engine.Write(batch);
        engine.Flush();
        return engine;
    }

    /// <summary>The log of one member of the new cluster.</summary>
    public static LogContents Log(ulong memberId, ulong clusterId, ClusterMember[] members)
    {
        LogContents log = new(new Metadata { NodeID = memberId, ClusterID = clusterId }.ToByteArray());
        ulong index = (ulong)members.Length;
        ConfState configuration = new() { Voters = [.. members.Select(static member => member.Id)] };
        LogSnapshotMarker marker = new(index, Term, RaftMessageCodec.Encode(configuration));
        log.Play(new LogRecord(null, marker, default));
        log.Play(new LogRecord(null, null, new LogHardState(Term, members[0].Id, index)));
        return log;
    }

    private static Raftpb.ConfState ConfStateProto(ClusterMember[] members)
    {
        Raftpb.ConfState state = new() { AutoLeave = false };
        state.Voters.AddRange(members.Select(static member => member.Id));
        return state;
    }

    private static byte[] BigEndian(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
