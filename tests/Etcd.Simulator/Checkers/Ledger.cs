using Etcd.Raft;
using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Simulator.Checkers;

/// <summary>
/// The one history that all members must agree on: the log as the first member to apply each entry saw it, and what
/// the model makes of it. Every entry, answer, view and hash of every member is compared with it.
/// </summary>
internal sealed class Ledger
{
    private readonly Simulation _simulation;
    private readonly List<(ulong Term, int Hash, long Revision)> _entries = [];
    private readonly List<(ulong Index, InternalRaftRequest Request)> _requests = [];
    private readonly Dictionary<ulong, (string Answer, ulong Index)> _answers = [];
    private readonly Dictionary<(long Revision, long Compacted), uint> _hashes = [];
    private readonly HashSet<ulong> _proposed = [];
    private ulong _lastConfChange;

    /// <summary>An empty store.</summary>
    public Ledger(Simulation simulation)
        : this(simulation, new ModelStore(), entries: 0)
    {
    }

    /// <summary>A store that was restored, after entries that nobody applies any more.</summary>
    public Ledger(Simulation simulation, ModelStore model, int entries)
    {
        _simulation = simulation;
        Model = model;
        _entries.Add((0, 0, model.Revision));
        _entries.AddRange(Enumerable.Repeat((1UL, 0, model.Revision), entries));
    }

    /// <summary>The newest index that any member has applied.</summary>
    public ulong LastIndex => (ulong)_entries.Count - 1;

    public ModelStore Model { get; }

    public long Checks { get; private set; }

    public void Proposed(ulong requestId) => _proposed.Add(requestId);

    public ulong TermOf(ulong index) => _entries[(int)index].Term;

    /// <summary>The store as it was at an index, and the times to live of its leases.</summary>
    public (ModelStore Model, Dictionary<long, long> Leases) Replay(ulong index)
    {
        ModelStore model = new();
        Dictionary<long, long> granted = [];
        foreach ((_, InternalRaftRequest request) in _requests.TakeWhile(entry => entry.Index <= index))
        {
            model.Apply(request);
            if (request.LeaseGrant is { } grant)
            {
                granted[grant.ID] = grant.TTL;
            }
        }

        return (model, model.Leases.ToDictionary(static id => id, id => granted[id]));
    }

    /// <summary>A member is about to apply an entry.</summary>
    public void Observe(SimMember member, in Entry entry)
    {
        int hash = HashOf(entry);
        ulong index = entry.Index;
        if (index <= LastIndex)
        {
            (ulong term, int known, _) = _entries[(int)index];
            ulong found = entry.Term;
            SimulationFailure.Unless(
                term == found && known == hash,
                "all members apply the same log",
                () => $"{member.Id:x} applies another entry at {index}: term {found} instead of {term}");
            return;
        }

        SimulationFailure.Unless(
            index == LastIndex + 1, "the log has no gaps", () => $"{member.Id:x} applies {index} after {LastIndex}");
        _simulation.Raft.Committed(member, entry, KnowsVoters(member, index));
        if (entry.Type == EntryType.Normal && !entry.Data.IsEmpty)
        {
            Apply(entry);
        }
        else if (entry.Type != EntryType.Normal && index > (ulong)_simulation.Settings.Members)
        {
            _lastConfChange = index;
        }

        _entries.Add((entry.Term, hash, Model.Revision));
    }

    /// <summary>True when a member's state holds the configuration that committed an entry: no change is near, and the
    /// changes that founded the cluster are not in the same batch, as they are after a restart that forgot what is
    /// committed.</summary>
    private bool KnowsVoters(SimMember member, ulong index) =>
        (index > _lastConfChange + 100 || _lastConfChange == 0)
        && member.Core.State.AppliedIndex >= Math.Max(_lastConfChange, (ulong)_simulation.Settings.Members);

    /// <summary>A member is about to install a whole state.</summary>
    public void Installs(ulong memberId, ulong index)
    {
        _simulation.Installs++;
        SimulationFailure.Unless(
            index <= LastIndex,
            "states come from applied entries",
            () => $"{memberId:x} installs {index} of {LastIndex}");
    }

    /// <summary>The view of a member must be the model's at its applied index.</summary>
    public void CheckView(SimMember member)
    {
        MvccView view = member.Core.State.View;
        ulong applied = member.Core.State.AppliedIndex;
        Checks++;
        SimulationFailure.Unless(
            applied <= LastIndex && view.Revision == _entries[(int)applied].Revision,
            "the revision follows from the log",
            () => $"{member.Id:x} is at revision {view.Revision} with {applied} applied of {LastIndex}; "
                + $"the log gives {_entries[(int)Math.Min(applied, LastIndex)].Revision}");
    }

    public void CheckResult(ulong memberId, ApplyResult result)
    {
        if (result.QuotaExceeded || !_answers.TryGetValue(result.RequestId, out (string Answer, ulong Index) expected)
            || Summary.Of(result) is not { } answer)
        {
            return;
        }

        Checks++;
        SimulationFailure.Unless(
            answer == expected.Answer,
            "answers follow from the log",
            () => $"{memberId:x} answers '{answer}' to entry {expected.Index}, the model '{expected.Answer}'");
    }

    /// <summary>Equal revisions must have equal hashes.</summary>
    public void CheckHash(SimMember member, long revision)
    {
        (HashKvResult result, var error) = member.Core.State.View.HashKv(revision);
        if (error is not null)
        {
            return;
        }

        Checks++;
        (long, long) key = (result.HashRevision, result.CompactRevision);
        if (!_hashes.TryAdd(key, result.Hash))
        {
            SimulationFailure.Unless(
                _hashes[key] == result.Hash,
                "equal revisions have equal hashes",
                () => $"{member.Id:x} has {result}, another member {_hashes[key]}");
        }
    }

    /// <summary>A range answer must be what the model holds at that revision.</summary>
    public void CheckRange(ulong memberId, RangeResponse response, string from, string? to, long revision)
    {
        Checks++;
        string expected = string.Join(' ', Model.Range(from, to, revision).Select(static v =>
            $"{v.Key}={v.Value}/{v.CreateRevision}/{v.ModRevision}/{v.Version}/{v.Lease}"));
        string found = string.Join(' ', response.Kvs.Select(static kv =>
            $"{kv.Key.ToStringUtf8()}={kv.Value.ToStringUtf8()}/{kv.CreateRevision}/{kv.ModRevision}/"
            + $"{kv.Version}/{kv.Lease}"));
        SimulationFailure.Unless(
            expected == found,
            "reads equal the replayed log",
            () => $"{memberId:x} at {revision} has '{found}', the model '{expected}'");
    }

    private void Apply(in Entry entry)
    {
        InternalRaftRequest request = InternalRaftRequest.Parser.ParseFrom(entry.Data.Span);
        ulong id = request.Header?.ID ?? 0;
        ulong index = entry.Index;
        _requests.Add((index, request));
        string answer = Model.Apply(request);
        if (request.LeaseGrant is null || answer != Summary.NoSpace)
        {
            _simulation.Leases.Applying(entry, request, isClients: _proposed.Contains(id));
        }

        if (id == 0)
        {
            return;
        }

        if (!_answers.TryAdd(id, (answer, index)))
        {
            throw new SimulationFailure(
                "a request is applied once", $"request {id:x} stands at {_answers[id].Index} and {index}");
        }
    }

    private static int HashOf(in Entry entry)
    {
        int hash = (int)entry.Type;
        foreach (byte value in entry.Data.Span)
        {
            hash = unchecked((hash * 31) + value);
        }

        return hash;
    }
}
