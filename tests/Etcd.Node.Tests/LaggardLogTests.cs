using Etcd.Node.Consensus;
using Etcd.Raft;

namespace Etcd.Node.Tests;

/// <summary>What a leader keeps of its log in memory for a follower that lags; the test plays the two followers.</summary>
public sealed class LaggardLogTests
{
    private const ulong Leader = 1;
    private const ulong Peer = 2;
    private const ulong Laggard = 3;
    private const int LaggardTicks = 20;
    private const int WritesInTick = 10;

    private readonly MemoryRaftStorage _storage = new();
    private readonly List<ulong> _states = [];
    private ConsensusCore _core = null!; // Set by Start.
    private bool _isHeard = true;
    private bool _acknowledges = true;
    private ulong _acknowledged;

    [Fact]
    public void Entries_stay_for_a_follower_that_is_heard_of()
    {
        Start();
        _acknowledges = false;

        Write(1_000);

        Assert.InRange(_core.CompactedIndex, 0UL, _acknowledged);
        Assert.Empty(_states);
        _acknowledges = true;
        Tick(2);
        Write(200);
        Assert.InRange(_storage.LastIndex - _core.CompactedIndex, 100UL, 350UL);
        Assert.Empty(_states);
    }

    [Fact]
    public void Entries_stay_for_a_follower_that_is_away_for_as_long_as_a_restart_takes()
    {
        Start();
        GoAway();
        Write((LaggardTicks - 1) * WritesInTick);
        Assert.InRange(_core.CompactedIndex, 0UL, _acknowledged);

        Tick(LaggardTicks + 20);
        Write(1);

        Assert.Equal(_storage.LastIndex - 100, _core.CompactedIndex);
    }

    [Fact]
    public void Entries_stay_for_a_follower_that_no_state_can_bring_up_however_long_it_is_away()
    {
        Start(canSendSnapshots: false);
        GoAway();

        Tick(2 * LaggardTicks);
        Write(500);

        Assert.InRange(_core.CompactedIndex, 0UL, _acknowledged);
    }

    [Fact]
    public void Entries_beyond_the_limit_of_their_number_go_though_a_follower_needs_them()
    {
        Start(maxEntries: 400);
        _acknowledges = false;

        Write(500);
        Assert.InRange(_core.CompactedIndex, 0UL, _acknowledged);
        Write(200);

        Assert.InRange(_storage.LastIndex - _core.CompactedIndex, 100UL, 350UL);
    }

    [Fact]
    public void Entries_beyond_the_limit_of_their_bytes_go_though_a_follower_needs_them()
    {
        Start(maxBytes: 2_000);
        _acknowledges = false;

        for (int i = 0; i < 300; i++)
        {
            Write(1);
            Assert.InRange(_storage.PayloadBytes, 0UL, 2_000UL);
        }

        Assert.True(_core.CompactedIndex > _acknowledged);
    }

    [Fact]
    public void Entries_behind_a_state_stay_until_the_follower_that_gets_it_has_them()
    {
        Start();
        GoAway();
        Write(300);
        Tick(LaggardTicks + 20);
        Write(300);
        Assert.True(_core.CompactedIndex > _acknowledged);

        _isHeard = true;
        Tick(2);
        ulong state = Assert.Single(_states);
        Write(2_000);
        Tick(LaggardTicks + 20);
        Assert.InRange(_core.CompactedIndex, 0UL, state);

        // It is delivered, which the transport says, and installed, which its first acknowledgement says much later.
        _core.ReportSnapshot(Laggard, succeeded: true);
        Write(2_000);
        Tick(LaggardTicks + 20);
        Assert.InRange(_core.CompactedIndex, 0UL, state);
        _acknowledges = true;
        Acknowledge(state);
        Write(200);

        Assert.Single(_states);
        Assert.Equal(_storage.LastIndex, _acknowledged);
        Assert.InRange(_storage.LastIndex - _core.CompactedIndex, 100UL, 350UL);
    }

    private void GoAway()
    {
        _acknowledges = false;
        _isHeard = false;
        _core.ReportUnreachable(Laggard);
    }

    private void Start(
        ulong maxBytes = ulong.MaxValue, ulong maxEntries = 1_000_000, bool canSendSnapshots = true)
    {
        ConfState configuration = new() { Voters = [Leader, Peer, Laggard] };
        _storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(configuration, Index: 1, Term: 1)));
        RaftConfig raft = new()
        {
            Id = Leader,
            Storage = _storage,
            Random = new Random(1),
            ConfChangeDecoder = static _ => null,
            Applied = 1,
            PreVote = false,
        };
        ConsensusOptions options = new()
        {
            MemberId = Leader,
            CatchUpEntries = 100,
            CompactionInterval = 50,
            MaxLogBytes = maxBytes / 2,
            MaxLogBytesForLaggards = maxBytes,
            MaxEntriesForLaggards = maxEntries,
            LaggardTicks = LaggardTicks,
            CanSendSnapshots = canSendSnapshots,
        };
        _core = new ConsensusCore(options, raft, _storage, configuration);
        _core.Campaign();
        Run();
        Assert.True(_core.IsLeader);
        Tick(1);
    }

    /// <summary>Writes entries of ten bytes one by one, with ticks in between.</summary>
    private void Write(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _core.Propose(new Proposal(0, EntryType.Normal, new byte[10]));
            Run();
            if (i % WritesInTick == WritesInTick - 1)
            {
                Tick(1);
            }
        }
    }

    private void Tick(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _core.Tick();
            Run();
        }
    }

    private void Run()
    {
        ConsensusOutput output = new();
        while (true)
        {
            _core.Poll(output);
            if (output.LogWrites.Count + output.Applies.Count + output.Messages.Count == 0)
            {
                return;
            }

            output.LogWrites.ForEach(_core.LogWritten);
            output.Applies.ForEach(_core.Applied);
            foreach (Message message in output.LogWrites.SelectMany(static write => write.Responses).Concat(output.Messages))
            {
                Answer(message);
            }
        }
    }

    private void Answer(Message message)
    {
        bool isLaggard = message.To == Laggard;
        switch (message.Type)
        {
            case MessageType.Vote:
                Reply(message, MessageType.VoteResponse, 0);
                break;
            case MessageType.Heartbeat when !isLaggard || _isHeard:
                Reply(message, MessageType.HeartbeatResponse, 0);
                break;
            case MessageType.Append when !isLaggard || _acknowledges:
                ulong last = message.Index + (ulong)message.Entries.Length;
                _acknowledged = isLaggard ? last : _acknowledged;
                Reply(message, MessageType.AppendResponse, last);
                break;
            case MessageType.Snapshot:
                _states.Add(message.Snapshot!.Metadata.Index); // Not without one.
                break;
        }
    }

    private void Acknowledge(ulong index)
    {
        _acknowledged = index;
        _core.Receive(new Message
        {
            Type = MessageType.AppendResponse, From = Laggard, To = Leader, Term = _core.Status.Term, Index = index,
        });
        Run();
    }

    private void Reply(Message message, MessageType type, ulong index) => _core.Receive(new Message
    {
        Type = type, From = message.To, To = Leader, Term = message.Term, Index = index, Context = message.Context,
    });
}
