using System.Buffers.Binary;

namespace Etcd.Raft;

/// <summary>
/// The leader's read requests that wait until a quorum confirms that it still leads. Requests have positions 1, 2, 3 …
/// in order of arrival; a heartbeat carries the newest position, its echo acknowledges all requests up to it. So one
/// round confirms everything that waits.
/// </summary>
/// <remarks>
/// <para>Context: 8 bytes, the position, little-endian. Only this leader reads it, in the same term.</para>
/// <para>Differs from etcd 3.6, which echoes the request's own context: positions need no table and let an echo of a
/// later request confirm the earlier ones. Followers echo any context, so the two work together.</para>
/// </remarks>
internal sealed class ReadIndexQueue
{
    public const int ContextSizeBytes = 8;

    /// <summary>
    /// Requests waiting at most. A member asks for one read index at a time and repeats it when it is lost, so this
    /// many only pile up when no quorum answers; dropping then loses nothing.
    /// </summary>
    public const int Capacity = 4096;

    private readonly Queue<(Message Request, ulong CommitIndex)> _waiting = new();
    private readonly Dictionary<ulong, ulong> _acks = [];
    private ulong _confirmed;

    public int Count => _waiting.Count;

    /// <summary>The position of the newest request.</summary>
    public ulong LastPosition => _confirmed + (ulong)_waiting.Count;

    /// <summary>Forgets everything; the next term starts over.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _acks.Clear();
        _confirmed = 0;
    }

    /// <summary>Queues a request that came in at this commit index.</summary>
    /// <returns>False when the queue is full.</returns>
    public bool TryAdd(Message request, ulong commitIndex)
    {
        if (_waiting.Count >= Capacity)
        {
            return false;
        }

        _waiting.Enqueue((request, commitIndex));
        return true;
    }

    /// <summary>The context for heartbeats; empty when nobody waits.</summary>
    public ReadOnlyMemory<byte> HeartbeatContext()
    {
        if (_waiting.Count == 0)
        {
            return default;
        }

        byte[] context = new byte[ContextSizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(context, LastPosition);
        return context;
    }

    /// <summary>Takes the echo of a heartbeat context. Anything that was never sent is ignored.</summary>
    public void Acknowledge(ulong id, ReadOnlySpan<byte> context)
    {
        if (context.Length == ContextSizeBytes)
        {
            Acknowledge(id, BinaryPrimitives.ReadUInt64LittleEndian(context));
        }
    }

    /// <summary>A member confirmed the leadership for all requests up to a position.</summary>
    public void Acknowledge(ulong id, ulong position)
    {
        if (position <= LastPosition && position > _acks.GetValueOrDefault(id))
        {
            _acks[id] = position;
        }
    }

    /// <summary>Takes the next request that a quorum has confirmed.</summary>
    public bool TryTakeConfirmed(in JointQuorum voters, out Message? request, out ulong commitIndex)
    {
        request = null;
        commitIndex = 0;
        if (_waiting.Count == 0 || voters.CommittedIndex(new Acks(_acks)) <= _confirmed)
        {
            return false;
        }

        (request, commitIndex) = _waiting.Dequeue();
        _confirmed++;
        return true;
    }

    private readonly struct Acks(Dictionary<ulong, ulong> acks) : IAckedIndexes
    {
        public ulong AckedIndex(ulong id) => acks.GetValueOrDefault(id);
    }
}
