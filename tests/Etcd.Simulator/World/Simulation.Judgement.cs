using Etcd.Protocol.Errors;
using Etcd.Simulator.Checkers;
using Etcd.Simulator.Members;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Simulator.World;

/// <content>What must hold when the faults have ended.</content>
internal sealed partial class Simulation
{
    /// <summary>A write and a read through every member succeed within a bounded number of elections.</summary>
    private void CheckProgress()
    {
        long allowed = (20 * Settings.ElectionMilliseconds * Scheduler.Millisecond) + (10 * Scheduler.Second);
        HashSet<ulong> written = [];
        HashSet<ulong> read = [];
        SimMember[] members = [.. _members];
        foreach (SimMember member in members)
        {
            if (!member.IsRetired && !member.IsBroken)
            {
                Probe(member, written, read);
            }
        }

        bool progressed = Scheduler.RunUntil(
            Scheduler.Now + allowed,
            () => Array.TrueForAll(members, member =>
                member.IsRetired || member.IsBroken || (written.Contains(member.Id) && read.Contains(member.Id))));
        SimulationFailure.Unless(
            progressed,
            "progress comes back",
            () => $"after {allowed / 1e6} s without faults only {Ids(written)} wrote and {Ids(read)} read: "
                + Describe());
    }

    private static string Ids(IEnumerable<ulong> ids) => string.Join(',', ids.Order().Select(ClusterIds.ToHex));

    private void Probe(SimMember member, HashSet<ulong> written, HashSet<ulong> read)
    {
        if (written.Contains(member.Id) && read.Contains(member.Id))
        {
            return;
        }

        PutRequest put = new()
        {
            Key = ByteString.CopyFromUtf8("probe"),
            Value = ByteString.CopyFromUtf8("x"),
        };
        member.WhenAwake(() => member.Propose(
            new InternalRaftRequest { Put = put },
            result => written.UnionWith(
                result.Error is null || result.Error == EtcdErrors.NoSpace ? [member.Id] : [])));
        member.WhenAwake(() => member.Read(confirmed => read.UnionWith(confirmed ? [member.Id] : [])));
        Scheduler.After(Scheduler.Second, () => Probe(member, written, read));
    }

    private void CheckEnd()
    {
        SimMember[] running = [.. _members.Where(static member => member.IsRunning && !member.IsRetired)];
        foreach (SimMember member in running)
        {
            SimulationFailure.Unless(
                member.Core.State.AppliedIndex == Ledger.LastIndex,
                "members catch up",
                () => $"{member.Id:x} lags behind {Ledger.LastIndex}: {Describe()}");
            Ledger.CheckView(member);
            Ledger.CheckHash(member, 0);
            (RangeResponse? all, _) = member.Core.State.View.Range(new RangeRequest
            {
                Key = ByteString.CopyFromUtf8("a"),
                RangeEnd = ByteString.CopyFromUtf8("z"),
            });
            Ledger.CheckRange(member.Id, all!, "a", "z", Ledger.Model.Revision); // A current read.
        }

        Leases.CheckNoneIsLeft();
        _watches.ForEach(static watch => watch.CheckComplete());
        FinishCluster();
    }

    private void FinishCluster()
    {
        Histories.Check();
        Undecided += Histories.Undecided;
        ExpiredLeases += Leases.Expired;
        Elections += Raft.Elections;
    }

    private string Describe() => string.Join("; ", _members.Select(static member => member.IsRunning
        ? $"{member.Id:x}{(member.IsRetired ? " retired" : "")}: {member.Core.Consensus.Status} applied "
            + $"{member.Core.State.AppliedIndex}, {member.Core.State.ConfState}"
        : $"{member.Id:x} {(member.IsBroken ? "broken" : "down")}"));
}
