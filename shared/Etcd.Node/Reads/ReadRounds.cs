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
    /// <param name="isFirst">True for the read that opens the round and must wake the raft loop.</param>
    public ReadRound Join(out bool isFirst)
    {
        lock (_gate)
        {
            isFirst = _next is null;
            if (_next is null)
            {
                _next = new ReadRound(++_lastToken);
                _open.Add(_next);
                if (_stopped is not null)
                {
                    _next.Complete(_stopped);
                }
            }

            return _next;
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

    /// <summary>Ends a round.</summary>
    public void Complete(ReadRound round, EtcdError? error)
    {
        lock (_gate)
        {
            _open.Remove(round);
        }

        round.Complete(error);
    }

    /// <summary>Ends all rounds, those of later reads too.</summary>
    public void Stop(EtcdError error)
    {
        ReadRound[] open;
        lock (_gate)
        {
            _stopped = error;
            open = [.. _open];
            _open.Clear();
        }

        foreach (ReadRound round in open)
        {
            round.Complete(error);
        }
    }
}
