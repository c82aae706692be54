using System.Buffers.Binary;
using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <remarks>
/// Reads are batched: at most one round is in flight, whose index serves every request that came before it started;
/// later requests share the next round (etcd <c>linearizableReadLoop</c>).
/// </remarks>
public sealed partial class ConsensusCore
{
    // | member id, 8 bytes | round, 8 bytes |: unique in the cluster, whose leader tells rounds apart by it.
    private const int ContextBytes = 2 * sizeof(ulong);

    private readonly List<ulong> _waitingReads = [];
    private readonly List<ulong> _roundReads = [];
    private readonly List<ReadOutcome> _finishedReads = [];
    private ulong _round;
    private int _roundTicks;
    private int _ticksSinceRequest;
    private bool _roundRunning;

    /// <summary>True while a round is in flight: a request now would wait for the next one.</summary>
    public bool ReadRoundRunning => _roundRunning;

    /// <summary>Rounds that were sent again because no answer came in time; for metrics.</summary>
    public long ReadRetries { get; private set; }

    /// <summary>
    /// Asks for an index at which a read that starts now is linearizable. Answered in
    /// <see cref="ConsensusOutput.Reads"/>; the read must then wait until that index is applied.
    /// </summary>
    /// <param name="token">Given back with the outcome.</param>
    public void RequestRead(ulong token) => _waitingReads.Add(token);

    private void StartReads()
    {
        if (_roundRunning || _waitingReads.Count == 0)
        {
            return;
        }

        _roundReads.AddRange(_waitingReads);
        _waitingReads.Clear();
        _round++;
        _roundRunning = true;
        _roundTicks = 0;
        SendRound();
    }

    private void SendRound()
    {
        _ticksSinceRequest = 0;

        // A leader without a committed entry of its own term postpones the answer; raft keeps the request then.
        byte[] context = new byte[ContextBytes];
        BinaryPrimitives.WriteUInt64BigEndian(context, _options.MemberId);
        BinaryPrimitives.WriteUInt64BigEndian(context.AsSpan(sizeof(ulong)), _round);
        _raft.ReadIndex(context);
    }

    private void CompleteRead(in ReadState state)
    {
        // An answer to a round that was given up is ignored, as is the second answer to a repeated one.
        if (!_roundRunning
            || state.Context.Length != ContextBytes
            || BinaryPrimitives.ReadUInt64BigEndian(state.Context.Span[sizeof(ulong)..]) != _round)
        {
            return;
        }

        FinishRound(state.Index, ReadFailure.None);
    }

    private void TickReads()
    {
        if (!_roundRunning)
        {
            return;
        }

        if (++_roundTicks >= _options.RequestTimeoutTicks)
        {
            FailReads(ReadFailure.Timeout);
        }
        else if (++_ticksSinceRequest >= _options.ReadRetryTicks)
        {
            ReadRetries++;
            SendRound();
        }
    }

    private void FailReads(ReadFailure failure)
    {
        if (_roundRunning)
        {
            FinishRound(0, failure);
        }
    }

    private void FinishRound(ulong index, ReadFailure failure)
    {
        foreach (ulong token in _roundReads)
        {
            _finishedReads.Add(new ReadOutcome(token, index, failure));
        }

        _roundReads.Clear();
        _roundRunning = false;
    }

    private void TakeReads(ConsensusOutput output)
    {
        output.Reads.AddRange(_finishedReads);
        _finishedReads.Clear();
    }
}
