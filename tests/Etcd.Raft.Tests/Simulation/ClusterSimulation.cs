using System.Globalization;
using System.Text;
using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests.Simulation;

/// <summary>
/// Five members, of which three vote at first, on a network that loses, repeats and reorders, with crashes, partitions,
/// compactions, membership changes and hand-overs. Everything follows from the seed.
/// </summary>
internal sealed partial class ClusterSimulation
{
    private const int MemberCount = 5;

    private readonly Random _random;
    private readonly List<SimulatedMember> _members = [];
    private readonly List<Message> _network = [];
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly SafetyChecks _checks = new();
    private readonly double _dropRate;
    private readonly double _repeatRate;
    private int _proposals;
    private int _reads;

    public ClusterSimulation(int seed)
    {
        _random = new Random(seed);
        _dropRate = _random.NextDouble() * 0.2;
        _repeatRate = _random.NextDouble() * 0.1;
        bool preVote = _random.Next(2) == 0;
        bool checkQuorum = _random.Next(2) == 0;
        bool stepDown = _random.Next(2) == 0;
        ulong maxMessage = new ulong[] { 0, 64, RaftConfig.NoLimit }[_random.Next(3)];
        ulong maxApplying = new ulong[] { 1, 200, RaftConfig.NoLimit }[_random.Next(3)];
        int maxInflight = _random.Next(1, 8);
        Snapshot start = new(default, new SnapshotMetadata(new ConfState { Voters = [1, 2, 3] }, 1, 1));
        for (ulong id = 1; id <= MemberCount; id++)
        {
            ulong self = id;
            SimulatedDisk disk = new(id <= 3 ? start : Snapshot.Empty);
            disk.Initialize();
            _members.Add(new SimulatedMember(id, disk, (storage, applied) => new RaftConfig
            {
                Id = self,
                Storage = storage,
                Applied = applied,
                Random = new Random(_random.Next()),
                ConfChangeDecoder = TextConfChange.Decode,
                ElectionTicks = 8,
                HeartbeatTicks = 2,
                MaxSizePerMessageBytes = maxMessage,
                MaxApplyingSizeBytes = maxApplying,
                MaxInflightMessages = maxInflight,
                MaxUncommittedSizeBytes = 400,
                PreVote = preVote,
                CheckQuorum = checkQuorum,
                StepDownOnRemoval = stepDown,
            }));
            _members[^1].Start();
        }
    }

    public SafetyChecks Checks => _checks;

    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Act(_members[_random.Next(MemberCount)]);
            if (step % 100 == 0)
            {
                CheckLogs();
            }
        }
    }

    /// <summary>
    /// Without further faults the cluster must elect a leader, take a proposal, and bring everybody level.
    /// </summary>
    public void Heal()
    {
        _cut.Clear();
        foreach (SimulatedMember member in _members)
        {
            if (member.Raft is null)
            {
                Restart(member);
            }
        }

        for (int round = 0; round < 400; round++)
        {
            if (round % 20 == 10)
            {
                FollowMembership();
                Leader()?.Raft!.Propose(Encoding.UTF8.GetBytes("healed"));
            }

            Calm();
        }

        SimulatedMember last = Leader()
            ?? throw new InvalidOperationException("no leader after healing" + DescribeMembers());
        RaftStatus status = last.Raft!.Status();
        Assert.Equal(status.LastIndex, status.Commit);
        Assert.All(status.Progress, peer => Assert.Equal(status.LastIndex, peer.Match));
        foreach (PeerProgress peer in status.Progress)
        {
            Assert.Equal(SimulatedMember.HashOf(last.State), SimulatedMember.HashOf(_members[(int)peer.Id - 1].State));
        }

        CheckLogs();
    }

    // A member that was removed is shut down; left running it would go on asking for votes. One that was added runs.
    private void FollowMembership()
    {
        ConfState state = _members.MaxBy(member => member.State.Metadata.Index)!.State.Metadata.ConfState;
        foreach (SimulatedMember member in _members)
        {
            ulong[] ids = [.. state.Voters, .. state.VotersOutgoing, .. state.Learners];
            if (member.Raft is not null && !ids.Contains(member.Id))
            {
                member.Crash(_random);
            }
            else if (member.Raft is null && ids.Contains(member.Id))
            {
                Restart(member);
            }
        }
    }

    private void Act(SimulatedMember member)
    {
        if (member.Raft is null)
        {
            if (_random.Next(10) == 0)
            {
                Restart(member);
            }

            return;
        }

        switch (_random.Next(100))
        {
            case < 18:
                member.Raft.Tick();
                break;
            case < 36:
                TakeReady(member);
                break;
            case < 50 when member.HasAppend:
                Deliver(member, member.Write());
                break;
            case < 62 when member.HasApply:
                Deliver(member, member.Apply(_checks.Applied));
                break;
            case < 88:
                DeliverOne();
                break;
            case < 93:
                member.Raft.Propose(Encoding.UTF8.GetBytes("p" + _proposals++));
                break;
            case < 95:
                Read(member);
                break;
            default:
                ActRarely(member);
                break;
        }

        if (member.Raft is not null)
        {
            _checks.Observe(member);
        }
    }

    private void ActRarely(SimulatedMember member)
    {
        RaftNode raft = member.Raft!;
        switch (_random.Next(12))
        {
            case 0:
                member.Crash(_random);
                break;
            case 1 or 2:
                member.FlushAndCompact(keep: (ulong)_random.Next(6));
                break;
            case 3:
                raft.TransferLeader((ulong)_random.Next(1, MemberCount + 1));
                break;
            case 4 or 5:
                ProposeConfChange(raft);
                break;
            case 6:
                raft.ReportUnreachable((ulong)_random.Next(1, MemberCount + 1));
                break;
            case 7:
                raft.ForgetLeader();
                break;
            case 8 or 9:
                _cut.Add((member.Id, (ulong)_random.Next(1, MemberCount + 1)));
                break;
            case 10:
                _cut.Clear();
                break;
            default:
                raft.Campaign();
                break;
        }
    }

    private void ProposeConfChange(RaftNode raft)
    {
        string text = _random.Next(4) switch { 0 => "explicit ", 1 => "implicit ", _ => "" };
        int changes = _random.Next(3);
        if (changes == 0)
        {
            raft.ProposeConfChange(EntryType.ConfChangeV2, default);
            return;
        }

        for (int i = 0; i < changes; i++)
        {
            text += string.Create(
                CultureInfo.InvariantCulture, $"{"vvvlr"[_random.Next(5)]}{_random.Next(1, MemberCount + 1)} ");
        }

        raft.ProposeConfChange(EntryType.ConfChangeV2, TextConfChange.Encode(text));
    }

    private void Read(SimulatedMember member)
    {
        string context = "r" + _reads++;
        _checks.ReadRequested(context);
        member.Raft!.ReadIndex(Encoding.UTF8.GetBytes(context));
    }

    private string DescribeMembers() => string.Concat(_members.Select(member => member.Raft?.Status() is { } status
        ? $"\n{member.Id}: {status.HardState} {status.SoftState} last={status.LastIndex} applied={status.Applied}"
            + $" state={member.State.Metadata.Index} {status.ConfState}"
        : $"\n{member.Id}: down"));

    private SimulatedMember? Leader() => _members.Where(member => member.Raft is { IsLeader: true })
        .MaxBy(member => member.Raft!.Term);

    private void CheckLogs()
    {
        for (int i = 1; i < MemberCount; i++)
        {
            SafetyChecks.LogsMatch(_members[i - 1], _members[i]);
        }
    }
}
