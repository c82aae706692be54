using System.Globalization;
using Etcd.Node.Apply;
using Etcd.Simulator.Bugs;
using Etcd.Simulator.Checkers;
using Etcd.Simulator.Clients;
using Etcd.Simulator.Faults;
using Etcd.Simulator.Members;
using Etcd.StateMachine.Membership;
using Etcd.Testing;

namespace Etcd.Simulator.World;

/// <summary>
/// One run: a cluster, its clients, its bad luck and its judges. (1) Faults and clients together, (2) all faults end,
/// (3) progress must come back, (4) quiet, until leases ran out, (5) everything must agree.
/// </summary>
internal sealed partial class Simulation
{
    private readonly List<SimMember> _members = [];
    private readonly List<WatchClient> _watches = [];
    private readonly Nemesis _nemesis;
    private readonly Restoration _restoration;
    private readonly Random _random;
    private ulong _newestConfiguration;
    private long _lastValue;
    private int _lastMember;

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
        _restoration = new Restoration(this, settings.Random(5));
        Buggify = new Buggify(this, settings.Random(6));
        AddMembers(settings.Members);
    }

    public Settings Settings { get; }

    public Bug Bug { get; }

    public Scheduler Scheduler { get; }

    public Trace Trace { get; }

    public Network Network { get; }

    public Buggify Buggify { get; }

    /// <summary>What must hold in the cluster that is: another ledger, and other checkers, after a restore.</summary>
    public Ledger Ledger { get; private set; }

    public RaftChecker Raft { get; private set; }

    public LeaseChecker Leases { get; private set; }

    public Histories Histories { get; private set; } = new(new Dictionary<string, long>());

    public RevisionOrder Order { get; private set; } = new();

    public ulong ClusterId { get; private set; }

    /// <summary>Voters of the newest configuration that anybody has applied.</summary>
    public ulong[] Voters { get; private set; } = [];

    public IReadOnlyList<SimMember> Members => _members;

    public bool ClientsRun { get; private set; } = true;

    public long Answered { get; set; }

    public long Unknown { get; set; }

    /// <summary>Whole states that members took over.</summary>
    public int Installs { get; set; }

    /// <summary>Keys whose history was too entangled to be decided.</summary>
    public int Undecided { get; private set; }

    /// <summary>Leases that ran out.</summary>
    public int ExpiredLeases { get; private set; }

    /// <summary>Terms that had a leader.</summary>
    public int Elections { get; private set; }

    /// <summary>Clusters that were made from a snapshot.</summary>
    public int Restores => _restoration.Restores;

    public long WatchEvents => _watches.Sum(static watch => watch.Events);

    public Nemesis Nemesis => _nemesis;

    /// <summary>A member that never was before.</summary>
    public ClusterMember NewMember(bool isLearner)
    {
        string name = "m" + (++_lastMember).ToString(CultureInfo.InvariantCulture);
        return new ClusterMember((ulong)_lastMember * 0x111, name, [$"http://{name}:2380"], [], isLearner);
    }

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

    /// <summary>Some member cannot start any more.</summary>
    public void Broke() => _nemesis.Tend();

    /// <summary>Adds a process that joins the cluster, which was told of it.</summary>
    public SimMember Join(ClusterMember self)
    {
        ClusterMember[] known = [.. _members.Select(static member => member.Self), self];
        SimMember joined = new(this, self, known, joins: true, purpose: 99 + (int)(self.Id / 0x111));
        _members.Add(joined);
        return joined;
    }

    /// <summary>Takes removed members out: as in the product, whoever tells them so in the end is not raft.</summary>
    public void MembersChanged(ApplyCore state)
    {
        if (state.AppliedIndex > _newestConfiguration)
        {
            _newestConfiguration = state.AppliedIndex;
            Voters = state.ConfState.Voters;
        }

        ClusterMembership membership = state.Membership;
        foreach (SimMember member in _members)
        {
            if (!member.IsRetired && membership.IsRemoved(member.Id))
            {
                member.IsRetired = true;
                _nemesis.Retire(member);
            }
        }
    }

    /// <summary>Everything is lost but a snapshot, and another cluster is made of it.</summary>
    /// <param name="snapshot">The state that was saved.</param>
    /// <param name="index">Its applied index.</param>
    /// <param name="members">Size of the new cluster.</param>
    /// <param name="bump">By how much the revision is raised; 0 for a plain restore.</param>
    /// <param name="clientsAreTold">Clients forget what they have seen.</param>
    public void BeginAnew(InMemoryEngine snapshot, ulong index, int members, long bump, bool clientsAreTold)
    {
        FinishCluster();
        foreach (SimMember lost in _members)
        {
            lost.IsRetired = true;
            if (lost.IsRunning)
            {
                lost.Crash();
            }
        }

        (ModelStore model, Dictionary<long, long> leases) = Ledger.Replay(index);
        model.Bump(bump);
        _members.Clear();
        _newestConfiguration = 0;
        Raft = new RaftChecker(this);
        Leases = new LeaseChecker(this, leases);
        Ledger = new Ledger(this, model, entries: members);
        Histories = new Histories(model.Numbers());
        _nemesis.BeginAnew();
        if (clientsAreTold)
        {
            Order = new RevisionOrder();
            _watches.ForEach(static watch => watch.Forget());
        }

        ClusterMember[] cluster = AddMembers(members);
        InMemoryEngine state = RestoredFiles.State(snapshot, cluster, bump == 0 ? null : model.Revision);
        foreach (SimMember member in _members)
        {
            member.Load(RestoredFiles.Log(member.Id, ClusterId, cluster), state);
            _nemesis.RestartLater(member);
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
        _restoration.Begin();
        Scheduler.RunUntil(Settings.FaultSeconds * Scheduler.Second);
        Trace.Add(TraceKind.Phase, 0, 1, text: "faults end");
        Buggify.End();
        _restoration.End();
        _nemesis.End();
        Network.BecomePerfect();
        CheckProgress();
        ClientsRun = false;
        Trace.Add(TraceKind.Phase, 0, 2, text: "quiet");
        long elections = 3 * Settings.ElectionMilliseconds * Scheduler.Millisecond;
        // A leader spreads the ends of many leases over time, at three quarters of what it may end in a second.
        long paced = 2 * Scheduler.Second * Ledger.Model.Leases.Count / Settings.RevokesPerSecond;
        Scheduler.RunUntil(Scheduler.Now + (12 * Scheduler.Second) + elections + paced);
        CheckEnd();
    }

    private ClusterMember[] AddMembers(int count)
    {
        ClusterMember[] initial = [.. Enumerable.Range(0, count).Select(_ => NewMember(isLearner: false))];
        ClusterId = ClusterIds.ClusterId([.. initial.Select(static member => member.Id)]);
        Voters = [.. initial.Select(static member => member.Id)];
        foreach (ClusterMember member in initial)
        {
            _members.Add(new SimMember(this, member, initial, joins: false, purpose: 99 + (int)(member.Id / 0x111)));
        }

        return initial;
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
}
