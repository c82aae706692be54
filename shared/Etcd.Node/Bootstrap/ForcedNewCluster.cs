using Etcd.Node.Apply;
using Etcd.Node.Peers;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.StateMachine.Membership;
using Google.Protobuf;

namespace Etcd.Node.Bootstrap;

/// <summary>
/// Makes a member the only one of its cluster (<c>--force-new-cluster</c>): removes every other member through
/// committed entries (etcd <c>createConfChangeEnts</c>).
/// </summary>
/// <remarks>
/// Differs from etcd: entries above the commit index that the log remembers are kept and committed, not dropped. That
/// index may lag behind what clients were told, as it is not made durable for its own sake; what was not acknowledged
/// may take effect, as it may after any election.
/// </remarks>
internal static class ForcedNewCluster
{
    // etcd's own placeholder for a member that is not in its own configuration.
    private static readonly string[] PlaceholderPeerUrls = ["http://localhost:2380", "http://localhost:7001"];

    public static void Write(
        ulong memberId, IRaftLog log, MemoryRaftStorage storage, ulong appliedIndex, ConfState confState)
    {
        HardState hardState = storage.HardState;
        ConfState current = confState;
        ulong lastIndex = storage.LastIndex;
        ulong term = hardState.Term;
        if (lastIndex > appliedIndex
            && storage.Entries(appliedIndex + 1, lastIndex + 1, RaftConfig.NoLimit, out EntryList ahead)
                == StorageStatus.Ok)
        {
            foreach (ref readonly Entry entry in ahead.Span)
            {
                if (entry.Type == EntryType.ConfChange
                    && RaftMessageCodec.TryDecodeConfChange(entry.Data, out ConfChange? change))
                {
                    current = ConfStateMath.Apply(current, change!); // Set when decoding succeeds.
                }
            }
        }

        List<byte[]> changes = [];
        foreach (ulong other in current.Voters.Concat(current.Learners).Where(id => id != memberId))
        {
            changes.Add(MembershipRequests.Remove(requestId: 0, other).ToByteArray());
        }

        if (Array.IndexOf(current.Voters, memberId) < 0)
        {
            ClusterMember self = new(memberId, string.Empty, PlaceholderPeerUrls, [], isLearner: false);
            changes.Add(MembershipRequests.Add(requestId: 0, self).ToByteArray());
        }

        Entry[] entries = new Entry[changes.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new Entry(EntryType.ConfChange, term, lastIndex + 1 + (ulong)i, changes[i]);
        }

        MemberBootstrap.Write(
            log, storage, entries, hardState with { Commit = lastIndex + (ulong)entries.Length });
    }
}
