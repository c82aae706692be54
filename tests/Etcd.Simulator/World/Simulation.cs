using System.Globalization;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.Checkers;
using Etcd.Simulator.Clients;
using Etcd.Simulator.Faults;
using Etcd.Simulator.Members;
using Etcd.StateMachine.Membership;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Simulator.World;

/// <summary>
/// One run: a cluster, its clients, its bad luck and its judges. (1) Faults and clients together, (2) all faults end,
/// (3) progress must come back, (4) quiet, until leases ran out, (5) everything must agree.
/// </summary>
internal sealed class Simulation
{
    private readonly List<SimMember> _members = [];
    private readonly List<WatchClient> _watches = [];
    private readonly Nemesis _nemesis;
    private readonly Random _random;
    private long _lastValue;

    public Simulation(Settings settings, Bug bug, int tracedEvents = 4_000)
    {
        Settings = settings;
        Bug = bug;
        _random = settings.Random(1);
        Scheduler = new Scheduler();
        Trace = new Trace(Scheduler, tracedEvents);
        Network = new Network(this, settings.Random(2));
        Raft = new RaftChecker(this);
        Leases = new LeaseChecker(this);
        Ledger = new Ledger(this);
        _nemesis = new Nemesis(this, settings.Random(3));
        ClusterMember[] initial =
            [.. Enumerable.Range(1, settings.Members).Select(static n => NewMember(n, isLearner: false))];
        ClusterId = ClusterIds.ClusterId([.. initial.Select(static member => member.Id)]);
        for (int i = 0; i < initial.Length; i++)
        {
            _members.Add(new SimMember(this, initial[i], initial, joins: false, purpose: 100 + i));
        }
    }

    public Settings Settings { get; }

    public Bug Bug { get; }

    public Scheduler Scheduler { get; }

    public Trace Trace { get; }

    public Network Network { get; }

    public Ledger Ledger { get; }

    public RaftChecker Raft { get; }

    public LeaseChecker Leases { get; }

    public Histories Histories { get; } = new();

    public RevisionOrder Order { get; } = new();

    public ulong ClusterId { get; }

    public IReadOnlyList<SimMember> Members => _members;

    public bool ClientsRun { get; private set; } = true;

    public long Answered { get; set; }

    public long Unknown { get; set; }

    /// <summary>Whole states that members took over.</summary>
    public int Installs { get; set; }

    public long WatchEvents => _watches.Sum(static watch => watch.Events);

    public Nemesis Nemesis => _nemesis;

    public static ClusterMember NewMember(int number, bool isLearner) => new(
        (ulong)number * 0x111,
        $"m{number}",
        ["http://m" + number.ToString(CultureInfo.InvariantCulture) + ":2380"],
        [],
        isLearner);

    public SimMember? Find(ulong id) => _members.Find(member => member.Id == id);

    public SimMember? AnyRunning(Random random)
    {
        int first = random.Next(_members.Count);
        for (int i = 0; i < _members.Count; i++)
        {
            SimMember member = _members[(first + i) % _members.Count];
            if (member.IsRunning && !member.IsRetired)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>Somebody who believes to lead; not always the same one when there are two.</summary>
    public SimMember? AnyLeader()
    {
        SimMember[] leaders = [.. _members.Where(static member => member.IsRunning && member.Core.Consensus.IsLeader)];
        return leaders.Length == 0 ? null : leaders[_random.Next(leaders.Length)];
    }

    public long NextValue() => ++_lastValue;

    public IEnumerable<string> KeysIn(string from, string? to) => Enumerable.Range(0, Settings.Keys)
        .Select(static number => "k" + number.ToString("D2", CultureInfo.InvariantCulture))
        .Where(key => to is null
            ? key == from
            : string.CompareOrdinal(key, from) >= 0 && string.CompareOrdinal(key, to) < 0);

    /// <summary>Time of one fsync of a member, microseconds.</summary>
    public long SyncTime(ulong memberId) => _nemesis.SyncTime(memberId);

    /// <summary>Starts a member that died, after a while.</summary>
    public void Restart(SimMember member) => _nemesis.RestartLater(member);

    /// <summary>Adds a process that joins the cluster, which was told of it.</summary>
    public SimMember Join(ClusterMember self)
    {
        ClusterMember[] known =
            [.. _members.Select(static member => NewMember((int)(member.Id / 0x111), isLearner: false)), self];
        SimMember joined = new(this, self, known, joins: true, purpose: 100 + _members.Count);
        _members.Add(joined);
        return joined;
    }

    /// <summary>Takes removed members out: as in the product, whoever tells them so in the end is not raft.</summary>
    public void MembersChanged(ClusterMembership membership)
    {
        foreach (SimMember member in _members)
        {
            if (!member.IsRetired && membership.IsRemoved(member.Id))
            {
                member.IsRetired = true;
                _nemesis.Retire(member);
            }
        }
    }

    /// <summary>Runs to the end; throws what was broken.</summary>
    public void Run()
    {
        foreach (SimMember member in _members)
        {
            member.Start();
        }

        StartClients();
        _nemesis.Begin();
        Scheduler.RunUntil(Settings.FaultSeconds * Scheduler.Second);
        Trace.Add(TraceKind.Phase, 0, 1, text: "faults end");
        _nemesis.End();
        Network.BecomePerfect();
        CheckProgress();
        ClientsRun = false;
        Trace.Add(TraceKind.Phase, 0, 2, text: "quiet");
        long elections = 3 * Settings.ElectionMilliseconds * Scheduler.Millisecond;
        Scheduler.RunUntil(Scheduler.Now + (12 * Scheduler.Second) + elections);
        CheckEnd();
    }

    private void StartClients()
    {
        for (int i = 0; i < Settings.Clients; i++)
        {
            new Client(this, 0xC00 + (ulong)i, purpose: 200 + i).Begin();
        }

        for (int i = 0; i < Settings.LeaseClients; i++)
        {
            new LeaseClient(this, 0xD00 + (ulong)i, purpose: 300 + i).Begin();
        }

        for (int i = 0; i < Settings.Watchers; i++)
        {
            WatchClient watch = new(this, 0xE00 + (ulong)i, purpose: 400 + i);
            _watches.Add(watch);
            watch.Begin();
        }
    }

    /// <summary>A write and a read through every member succeed within a bounded number of elections.</summary>
    private void CheckProgress()
    {
        long allowed = (20 * Settings.ElectionMilliseconds * Scheduler.Millisecond) + (10 * Scheduler.Second);
        HashSet<ulong> written = [];
        HashSet<ulong> read = [];
        SimMember[] members = [.. _members];
        foreach (SimMember member in members)
        {
            if (!member.IsRetired)
            {
                Probe(member, written, read);
            }
        }

        bool progressed = Scheduler.RunUntil(
            Scheduler.Now + allowed,
            () => Array.TrueForAll(members, member =>
                member.IsRetired || (written.Contains(member.Id) && read.Contains(member.Id))));
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
            result => written.UnionWith(result.Error is null ? [member.Id] : [])));
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
        Histories.Check();
    }

    private string Describe() => string.Join("; ", _members.Select(static member => member.IsRunning
        ? $"{member.Id:x}{(member.IsRetired ? " retired" : "")}: {member.Core.Consensus.Status} applied "
            + $"{member.Core.State.AppliedIndex}, {member.Core.State.ConfState}"
        : $"{member.Id:x} down"));
}
