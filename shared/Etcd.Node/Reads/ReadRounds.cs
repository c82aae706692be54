using Etcd.Protocol.Errors;

namespace Etcd.Node.Reads;

/// <summary>
/// The round that new reads join. Thread-safe: handlers join, the raft loop closes. A read joins for the price of a
/// reference, however many wait with it.
/// </summary>
internal sealed class ReadRounds
{
    private readonly Lock _gate = new();
    private readonly HashSet<ReadRound> _open = [];
    private ReadRound? _next;
    private ulong _lastToken;
    private EtcdError? _stopped;

    /// <summary>Joins the next round.</summary>
    /// <param name="opened">The round, for the read that opened it and must tell the raft loop; null for others.</param>
    /// <returns>Completes when the index is applied, or with why it cannot be.</returns>
    public Task<EtcdError?> Join(out ReadRound? opened)
    {
        lock (_gate)
        {
            opened = null;
            if (_stopped is not null)
            {
                return Task.FromResult<EtcdError?>(_stopped);
            }

            if (_next is null)
            {
                _next = opened = new ReadRound(++_lastToken);
                _open.Add(_next);
            }

            return _next.Join();
        }
    }

    /// <summary>Takes the round that reads have joined; null when there is none.</summary>
    public ReadRound? Close()
    {
        lock (_gate)
        {
            ReadRound? round = _next;
            _next = null;
            return round;
        }
    }

    /// <summary>Ends a round; the first end counts.</summary>
    public void Complete(ReadRound round, EtcdError? error)
    {
        lock (_gate)
        {
            if (!_open.Remove(round))
            {
                return;
            }

            if (_next == round)
            {
                _next = null;
            }
        }

        round.Complete(error);
    }

    /// <summary>Ends all rounds; later reads are told the same.</summary>
    public void Stop(EtcdError error)
    {
        ReadRound[] open;
        lock (_gate)
        {
            _stopped = error;
            open = [.. _open];
            _open.Clear();
            _next = null;
        }

        foreach (ReadRound round in open)
        {
            round.Complete(error);
        }
    }
}
