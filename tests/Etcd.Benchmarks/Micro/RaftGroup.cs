using Etcd.Raft;

namespace Etcd.Benchmarks.Micro;

/// <summary>
/// Members of a raft group whose storage is memory and whose network is a method call: what is left is raft's own. The
/// first member leads. Used by one thread.
/// </summary>
internal sealed class RaftGroup
{
    private readonly RaftNode[] _nodes;
    private readonly MemoryRaftStorage[] _storages;
    private readonly Queue<Message> _underWay = [];

    /// <summary>Makes it and elects the leader.</summary>
    public RaftGroup(int members)
    {
        ulong[] voters = [.. Enumerable.Range(1, members).Select(static id => (ulong)id)];
        _storages = [.. voters.Select(_ => StorageOf(voters))];
        _nodes = [.. voters.Select((id, i) => new RaftNode(new RaftConfig
        {
            Id = id,
            Storage = _storages[i],
            Random = new Random((int)id),
            ConfChangeDecoder = static _ => null,
            Applied = 1,
        }))];
        Leader.Campaign();
        Settle();
        if (!Leader.IsLeader)
        {
            throw new InvalidOperationException("the first member was not elected");
        }
    }

    public RaftNode Leader => _nodes[0];

    /// <summary>Read requests that the leader answered.</summary>
    public int ReadCount { get; private set; }

    /// <summary>A storage that holds nothing but the membership.</summary>
    public static MemoryRaftStorage StorageOf(ulong[] voters)
    {
        var storage = new MemoryRaftStorage();
        _ = storage.ApplySnapshot(new Snapshot(
            default, new SnapshotMetadata(new ConfState { Voters = voters }, Index: 1, Term: 1)));
        return storage;
    }

    /// <summary>Handles all work until there is none: what is proposed is committed and applied everywhere then.</summary>
    public void Settle()
    {
        bool busy = true;
        while (busy)
        {
            busy = false;
            for (int i = 0; i < _nodes.Length; i++)
            {
                while (_nodes[i].HasReady)
                {
                    Handle(i, _nodes[i].TakeReady());
                    busy = true;
                }
            }

            while (_underWay.TryDequeue(out Message? message))
            {
                _ = _nodes[(int)message.To - 1].Step(message);
                busy = true;
            }
        }
    }

    /// <summary>Forgets what every member has applied, as a member does once in a while.</summary>
    public void Compact()
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            _ = _storages[i].Compact(_nodes[i].Applied);
        }
    }

    private void Handle(int member, in Ready ready)
    {
        ReadCount += member == 0 ? ready.ReadStates.Length : 0;
        foreach (Message message in ready.Messages)
        {
            if (message.Type == MessageType.StorageAppend)
            {
                _storages[member].Append(message.Entries);
                if (message.TryGetHardState(out HardState hardState))
                {
                    _storages[member].SetHardState(hardState);
                }
            }

            if (message.To is RaftIds.LocalAppendThread or RaftIds.LocalApplyThread)
            {
                foreach (Message response in message.Responses)
                {
                    _underWay.Enqueue(response);
                }
            }
            else
            {
                _underWay.Enqueue(message);
            }
        }
    }
}
