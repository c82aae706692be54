using Etcd.Node.Diagnostics;
using Etcd.Raft;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node.Peers;

/// <summary>
/// Whether a proposal that another member forwards can be applied. What cannot must not enter the log: committed, it
/// would stop every member, for ever. Pure, thread-safe.
/// </summary>
/// <remarks>Differs from etcd: it lets such an entry in and panics at apply, on every member and after every start.
/// </remarks>
internal static class ProposalCheck
{
    /// <summary>True when every entry is one that etcd writes.</summary>
    public static bool IsApplicable(Message proposal)
    {
        foreach (ref readonly Entry entry in proposal.Entries.Span)
        {
            if (!IsApplicable(entry))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsApplicable(in Entry entry) => entry.Type switch
    {
        EntryType.Normal => IsRequest(entry.Data.Span),
        EntryType.ConfChange => IsConfChange(entry.Data),
        // Raft alone proposes the other form, and only where a joint configuration ends.
        _ => false,
    };

    private static bool IsRequest(ReadOnlySpan<byte> data)
    {
        if (RequestNames.Of(data).Name == RequestNames.Unknown)
        {
            return false;
        }

        try
        {
            InternalRaftRequest.Parser.ParseFrom(data);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return V2Requests.TryDecode(data, out _);
        }
    }

    private static bool IsConfChange(ReadOnlyMemory<byte> data)
    {
        if (!RaftMessageCodec.TryDecodeConfChange(data, out _))
        {
            return false;
        }

        try
        {
            Raftpb.ConfChange.Parser.ParseFrom(data.Span);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
