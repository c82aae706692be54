using Etcd.Node.Consensus;
using Etcd.Node.Core;
using Etcd.Node.Peers;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node.Tests.Cluster;

/// <summary>
/// Members in one thread; a seed decides what happens next: which message arrives, is lost or comes twice, whose disk
/// or state machine gets on, who crashes with how much of its engine written, what clients ask.
/// </summary>
internal sealed class SimulatedCluster
{
    private readonly Random _random;
    private readonly int _seed;
    private readonly List<SimulatedMember> _members = [];
    private readonly List<Message> _network = [];
    private readonly Dictionary<ulong, (ulong Term, int Hash)> _history = [];
    private readonly Dictionary<ulong, string> _proposed = [];
    private readonly HashSet<string> _acknowledged = [];
    private readonly Dictionary<ulong, long> _readFloor = [];
    private readonly Dictionary<ulong, InMemoryEngine> _states = [];
    private long _highestAcknowledgedRevision;
    private ulong _nextRead;
    private int _nextKey;
    private int _reads;
    private long _now;
    private bool _faults = true;
    private ulong _isolated;

    public SimulatedCluster(int seed, int members)
    {
        _seed = seed;
        _random = new Random(seed);
        ClusterMember[] initial = [.. Enumerable.Range(1, members).Select(TestCluster.Member)];
        ulong clusterId = ClusterIds.ClusterId([.. initial.Select(member => member.Id)]);
        foreach (ClusterMember member in initial)
        {
            // Every other seed keeps so little of the log that members need each other's whole states.
            MemberNodeOptions options = new MemberOptionsOverrides { CatchUpEntries = seed % 2 == 0 ? 8UL : 5_000 }
                .Build(member, clusterId, initial, joins: false);
            int jitter = _random.Next();
            SimulatedMember simulated = new(member.Id, incarnation => new MemberCoreOptions
            {
                Member = options,
                Random = new Random(unchecked(jitter + (int)incarnation)),
                Incarnation = incarnation,
                Consensus = ConsensusOptions.Of(options, member.Id, (ulong)incarnation)
                    with { CanSendSnapshots = true },
            });
            simulated.Start();
            _members.Add(simulated);
        }
    }

    /// <summary>Whole states that members took over.</summary>
    public int InstalledStates { get; private set; }

    public int Acknowledged => _acknowledged.Count;

    public void Step()
    {
        SimulatedMember member = _members[_random.Next(_members.Count)];
        switch (_random.Next(_faults ? 100 : 90))
        {
            case < 12:
                _now += 10;
                member.Core.Tick();
                break;
            case < 50:
                DeliverOne();
                break;
            case < 65:
                Sync(member);
                break;
            case < 80:
                ApplyOne(member);
                break;
            case < 86:
                Put(member);
                break;
            case < 89:
                Read(member);
                break;
            case < 90:
                Change(member);
                break;
            case < 94 when _network.Count > 0:
                Lose(_random.Next(_network.Count));
                break;
            case < 96 when _network.Count > 0:
                _network.Add(_network[_random.Next(_network.Count)]);
                break;
            case < 98:
                _isolated = _random.Next(3) == 0 ? member.Id : 0;
                break;
            default:
                Restart(member);
                break;
        }

        if (_random.Next(200) == 0)
        {
            member.Engine.Flush();
        }

        Poll(member);
    }

    /// <summary>Ends all faults and lets everything arrive.</summary>
    public void HealAndSettle()
    {
        _faults = false;
        _isolated = 0;
        for (int round = 0; round < 400; round++)
        {
            foreach (SimulatedMember member in _members)
            {
                member.Core.Tick();
                Settle(member);
            }

            while (_network.Count > 0)
            {
                DeliverOne();
                foreach (SimulatedMember member in _members)
                {
                    Settle(member);
                }
            }
        }
    }

    public void PutOnEveryMember()
    {
        foreach (SimulatedMember member in _members)
        {
            Put(member);
        }
    }

    public void CheckAgreement()
    {
        HashKvResult[] hashes = [.. _members.Select(member => member.Core.State.View.HashKv(0).Result)];
        string description = Describe();
        Assert.True(hashes.Distinct().Count() == 1, $"seed {_seed}: members differ: {description}");
        foreach (string key in _acknowledged)
        {
            (RangeResponse? response, _) = _members[0].Core.State.View.Range(
                new RangeRequest { Key = ByteString.CopyFromUtf8(key) });
            Assert.True(response!.Kvs.Count == 1, $"seed {_seed}: acknowledged {key} is lost: {description}");
        }
    }

    public string Describe() => string.Join(
        "; ",
        _members.Select(member =>
            $"{member.Id:x}: {member.Core.Consensus.Status} applied {member.Core.State.AppliedIndex} "
            + $"{member.Core.State.View.HashKv(0).Result}"))
        + $"; acknowledged {_acknowledged.Count}, reads {_reads}, states {InstalledStates}";

    private void Settle(SimulatedMember member)
    {
        Poll(member);
        while (member.LogWrites.Count > 0 || member.Applies.Count > 0)
        {
            Sync(member);
            ApplyOne(member);
            Poll(member);
        }
    }

    private void Poll(SimulatedMember member)
    {
        MemberEffects effects = member.Core.Poll();
        foreach (Message message in effects.Messages)
        {
            _network.Add(message.Type == MessageType.Snapshot ? Carry(member, message) : message);
        }

        effects.LogWrites.ForEach(member.LogWrites.Enqueue);
        effects.Applies.ForEach(member.Applies.Enqueue);
        foreach (ApplyResult result in effects.Completions)
        {
            if (_proposed.TryGetValue(result.RequestId, out string? key) && result.Error is null
                && result.Response is PutResponse put)
            {
                _acknowledged.Add(key);
                _highestAcknowledgedRevision = Math.Max(_highestAcknowledgedRevision, put.Header.Revision);
            }
        }

        foreach (ReadOutcome read in effects.Reads)
        {
            if (_readFloor.Remove(read.Token, out long floor) && read.Failure == ReadFailure.None)
            {
                _reads++;
                long seen = member.Core.State.View.Revision;
                Assert.True(
                    seen >= floor,
                    $"seed {_seed}: a read on {member.Id:x} saw revision {seen} after {floor} was acknowledged");
            }
        }
    }

    private void DeliverOne()
    {
        if (_network.Count == 0)
        {
            return;
        }

        int at = _random.Next(_network.Count);
        Message message = _network[at];
        SimulatedMember? receiver = _members.Find(member => member.Id == message.To);
        if (receiver is null || message.From == _isolated || message.To == _isolated)
        {
            Lose(at);
            return;
        }

        Take(at);
        Assert.True(RaftMessageCodec.TryDecode(RaftMessageCodec.Encode(message), out Message decoded));
        receiver.Core.Receive(decoded);
        Report(message, delivered: true);
        Poll(receiver);
    }

    private void Lose(int at)
    {
        Message message = _network[at];
        Take(at);
        Report(message, delivered: false);
    }

    private void Take(int at)
    {
        _network[at] = _network[^1];
        _network.RemoveAt(_network.Count - 1);
    }

    private void Report(Message message, bool delivered)
    {
        if (message.Type == MessageType.Snapshot)
        {
            _members.First(member => member.Id == message.From).Core.Consensus.ReportSnapshot(message.To, delivered);
        }
    }

    /// <summary>Members with the same entries have the same state, so the index names it.</summary>
    private Message Carry(SimulatedMember sender, Message message)
    {
        Message complete = sender.Core.CompleteSnapshot(message);
        _states.TryAdd(complete.Snapshot!.Metadata.Index, sender.Engine.Clone()); // CompleteSnapshot sets it.
        return complete;
    }

    private void Restart(SimulatedMember member)
    {
        member.Crash(_random.Next(member.Engine.UnflushedBatches + 1));
        member.Start();
    }

    private void Sync(SimulatedMember member)
    {
        int count = _faults ? _random.Next(member.LogWrites.Count + 1) : member.LogWrites.Count;
        List<Message> written = [];
        for (int i = 0; i < count; i++)
        {
            Message write = member.LogWrites.Dequeue();
            if (write.Snapshot is { } snapshot)
            {
                member.Install(snapshot, _states[snapshot.Metadata.Index].Clone());
                InstalledStates++;
                if (_faults && _random.Next(3) == 0)
                {
                    // The engine has the state, the log does not know of it.
                    Restart(member);
                    return;
                }
            }

            member.Log.Buffer(write, out _);
            written.Add(write);
        }

        member.Core.Log.Sync();
        foreach (Message write in written)
        {
            _network.AddRange(member.Core.LogWritten(write));
        }
    }

    private void ApplyOne(SimulatedMember member)
    {
        if (!member.Applies.TryDequeue(out Message? apply))
        {
            return;
        }

        foreach (Entry entry in apply.Entries)
        {
            (ulong, int) now = (entry.Term, Hash(entry.Data.Span));
            if (!_history.TryAdd(entry.Index, now))
            {
                Assert.True(
                    _history[entry.Index] == now,
                    $"seed {_seed}: {member.Id:x} applies another entry at {entry.Index} than was applied before");
            }
        }

        member.Core.Apply(apply, _now);
    }

    private void Put(SimulatedMember member)
    {
        string key = $"k{_nextKey++}";
        ulong id = member.Core.Propose(new InternalRaftRequest
        {
            Put = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8("v") },
        });
        _proposed[id] = key;
    }

    /// <summary>Adds or removes a learner that never comes up: its entries cross all the faults, the quorum stays.
    /// </summary>
    private void Change(SimulatedMember member)
    {
        ClusterMember learner = new((ulong)(0x9000 + _random.Next(2)), string.Empty, ["http://x:1"], [], true);
        bool adds = _random.Next(2) == 0;
        member.Core.ProposeChange(id => adds
            ? MembershipRequests.Add(id, learner)
            : MembershipRequests.Remove(id, learner.Id));
    }

    private void Read(SimulatedMember member)
    {
        ulong token = ++_nextRead;
        _readFloor[token] = _highestAcknowledgedRevision;
        member.Core.RequestRead(token);
    }

    private static int Hash(ReadOnlySpan<byte> data)
    {
        int hash = 17;
        foreach (byte value in data)
        {
            hash = unchecked((hash * 31) + value);
        }

        return hash;
    }
}
