using Etcd.Protocol.Errors;
using Etcd.Protocol.Wire;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <content>Entries into the right hands: decodes each once and dispatches it.</content>
public sealed partial class ReplicatedState
{
    private bool _alarmsChanged;
    private bool _membersChanged;

    /// <summary>Applies one entry. Entries at or below <see cref="AppliedIndex"/> have no effect; the next one must be
    /// <see cref="AppliedIndex"/> + 1. Nothing is visible to views before <see cref="Commit"/>.</summary>
    /// <exception cref="InvalidDataException">The entry is not what etcd writes, or needs a newer version; the member
    /// must stop, because to pass over it would make its state differ from the others'.</exception>
    public ApplyResult Apply(in CommittedEntry entry)
    {
        switch (entry.Kind)
        {
            case CommittedEntryKind.Normal:
                break;
            case CommittedEntryKind.ConfChange:
                return ApplyConfChange(
                    entry.Index, entry.Term, Raftpb.ConfChange.Parser.ParseFrom(entry.Data.Span));
            case CommittedEntryKind.ConfChangeV2:
                return ApplyConfChangeV2(entry);
            default:
                throw new InvalidDataException($"entry {entry.Index} is of unknown kind {entry.Kind}");
        }

        if (!Advance(entry.Index, entry.Term))
        {
            return new ApplyResult { Skipped = true };
        }

        // A new leader's first entry is empty.
        return entry.Data.IsEmpty ? default : ApplyRequest(entry);
    }

    /// <summary>Applies a conf change to the membership; what raft does with it is the node's. A refused one must
    /// reach raft with node id 0.</summary>
    public ApplyResult ApplyConfChange(ulong index, ulong term, Raftpb.ConfChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!Advance(index, term))
        {
            return new ApplyResult { Skipped = true };
        }

        EtcdError? refused = Members.Apply(change, _batch, out MembershipEffect effect);
        _membersChanged |= refused is null;
        return new ApplyResult(change.Id, Response: null, refused)
        {
            ConfChangeAccepted = refused is null,
            Effect = effect,
        };
    }

    // Etcd proposes only the old form; raft itself proposes an empty new one to leave a joint configuration.
    private ApplyResult ApplyConfChangeV2(in CommittedEntry entry)
    {
        Raftpb.ConfChangeV2 change = Raftpb.ConfChangeV2.Parser.ParseFrom(entry.Data.Span);
        if (change.Changes.Count == 0)
        {
            return new ApplyResult { Skipped = !Advance(entry.Index, entry.Term), ConfChangeAccepted = true };
        }

        if (change.Changes.Count > 1)
        {
            throw new InvalidDataException($"entry {entry.Index} changes {change.Changes.Count} members at once");
        }

        var single = new Raftpb.ConfChange
        {
            Type = change.Changes[0].Type,
            NodeId = change.Changes[0].NodeId,
            Context = change.Context,
        };
        return ApplyConfChange(entry.Index, entry.Term, single);
    }

    private bool Advance(ulong index, ulong term)
    {
        if (index <= AppliedIndex)
        {
            return false;
        }

        if (index != AppliedIndex + 1 && AppliedIndex != 0)
        {
            throw new InvalidOperationException($"entry {index} follows applied entry {AppliedIndex}");
        }

        AppliedIndex = index;
        AppliedTerm = term;
        _hasUncommitted = true;
        return true;
    }

    private ApplyResult ApplyRequest(in CommittedEntry entry)
    {
        if (RequestEntryCodec.Read(entry.Data, out ulong id) is { } known)
        {
            _store.BeginRequest();
            ApplyResult result = known is PutRequest put ? ApplyPut(id, put) : ApplyTxn(id, (TxnRequest)known);
            _store.EndRequest();
            return result;
        }

        InternalRaftRequest request;
        try
        {
            request = NestedMessages.Parse(InternalRaftRequest.Parser, entry.Data.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            // Releases up to 3.5 write requests of the old store bare, and those do not parse as the new form.
            return ApplyV2(Request.Parser.ParseFrom(entry.Data.Span));
        }

        if (request.V2 is not null)
        {
            return ApplyV2(request.V2);
        }

        id = request.ID != 0 ? request.ID : request.Header?.ID ?? 0;
        return ApplyKeyRequest(id, request)
            ?? ApplyLeaseRequest(id, request)
            ?? ApplyClusterRequest(id, request)
            ?? throw new InvalidDataException($"entry {entry.Index} holds a request that this version does not know");
    }

    private ApplyResult ApplyV2(Request request)
    {
        _membersChanged |= Members.ApplyV2(request, _batch);
        return new ApplyResult(request.ID, Response: null, Error: null);
    }

    private ApplyResult? ApplyClusterRequest(ulong id, InternalRaftRequest request)
    {
        if (request.Alarm is not null)
        {
            AlarmResponse response = Alarms.Apply(request.Alarm, _batch);
            response.Header = NewHeader();
            _alarmsChanged = true;
            return new ApplyResult(id, response, Error: null);
        }

        if (request.ClusterVersionSet is not null)
        {
            Members.ApplyVersion(request.ClusterVersionSet.Ver, _batch);
        }
        else if (request.ClusterMemberAttrSet is { } attributes)
        {
            Members.ApplyAttributes(
                attributes.MemberID,
                attributes.MemberAttributes?.Name ?? string.Empty,
                attributes.MemberAttributes?.ClientUrls ?? [],
                _batch);
        }
        else if (request.DowngradeInfoSet is { } downgrade)
        {
            Members.ApplyDowngrade(downgrade.Enabled, downgrade.Ver, _batch);
        }
        else
        {
            return null;
        }

        _membersChanged = true;
        return new ApplyResult(id, Response: null, Error: null);
    }

    private ResponseHeader NewHeader() => new() { Revision = _store.Revision };
}
