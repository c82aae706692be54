using Etcd.Node.Core;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.Simulator.Members;
using Etcd.Simulator.World;

namespace Etcd.Simulator.Checkers;

/// <summary>The invariants of Raft's paper (figure 3), checked whenever something happens that could break them.
/// </summary>
internal sealed class RaftChecker(Simulation simulation)
{
    private readonly Dictionary<ulong, ulong> _leaders = [];
    private readonly Dictionary<(ulong Index, ulong Term), (int Hash, ulong TermBefore)> _written = [];

    /// <summary>Terms that had a leader.</summary>
    public int Elections => _leaders.Count;

    /// <summary>Who led a term; 0 for nobody.</summary>
    public ulong LeaderOf(ulong term) => _leaders.GetValueOrDefault(term);

    /// <summary>Election safety, and leader completeness at the moment of the election.</summary>
    public void Leads(ulong memberId, MemberCore core)
    {
        ulong term = core.Consensus.Status.Term;
        if (!_leaders.TryAdd(term, memberId))
        {
            SimulationFailure.Unless(
                _leaders[term] == memberId,
                "one leader per term",
                () => $"{memberId:x} and {_leaders[term]:x} both lead term {term}");
            return;
        }

        ulong last = core.Consensus.RaftStatus.LastIndex;
        ulong applied = simulation.Ledger.LastIndex;
        SimulationFailure.Unless(
            last >= applied || simulation.Ledger.TermOf(applied) > term,
            "a leader has every committed entry",
            () => $"{memberId:x} leads term {term} with a log up to {last}, but {applied} is committed");
    }

    /// <summary>Log matching: index and term decide the entry and the one before it.</summary>
    public void Appended(ulong memberId, LogEntry entry, ulong termBefore)
    {
        int hash = entry.Type;
        foreach (byte value in entry.Data.Span)
        {
            hash = unchecked((hash * 31) + value);
        }

        (ulong, ulong) key = (entry.Index, entry.Term);
        if (!_written.TryGetValue(key, out (int Hash, ulong TermBefore) known))
        {
            _written.Add(key, (hash, termBefore));
            return;
        }

        bool sameBefore = known.TermBefore == termBefore || known.TermBefore == 0 || termBefore == 0;
        SimulationFailure.Unless(
            known.Hash == hash && sameBefore,
            "logs match",
            () => $"{memberId:x} writes another entry at {entry.Index} of term {entry.Term} "
                + $"after term {termBefore} instead of {known.TermBefore}");
        if (known.TermBefore == 0 && termBefore != 0)
        {
            _written[key] = (hash, termBefore);
        }
    }

    /// <summary>What is applied for the first time must be durable on a majority.</summary>
    /// <param name="member">Applies it next.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="knowsVoters">Whether the member's state holds the configuration that committed it.</param>
    public void Committed(SimMember member, in Entry entry, bool knowsVoters)
    {
        if (!knowsVoters)
        {
            return;
        }

        ulong[] voters = member.Core.State.ConfState.Voters;
        int holders = 0;
        foreach (ulong voter in voters)
        {
            holders += simulation.Find(voter) is { } found && Holds(found, entry) ? 1 : 0;
        }

        ulong index = entry.Index;
        SimulationFailure.Unless(
            holders > voters.Length / 2,
            "what is committed is durable on a majority",
            () => $"{member.Id:x} applies {index}, which {holders} of {voters.Length} have on disk");
    }

    private static bool Holds(SimMember member, in Entry entry) =>
        (member.Disk.Log.Durable ?? member.Disk.Lost) is { } log
        && (log.TermOf(entry.Index) == entry.Term || log.NewestMarker >= entry.Index);
}
