namespace Etcd.StateMachine.Watching;

/// <summary>
/// What the streams of a shard have in flight, and how much each may. A stream may hold a share of what is left: all of
/// its credit while little is in flight, and the less the more others hold. So any number of clients that do not read
/// leaves something to those that do, and what they hold nears the limit without a moment at which a stream gets
/// nothing. Owned by the shard loop.
/// </summary>
internal sealed class InFlightBudget
{
    // With the defaults a dozen streams that are full leave half of their credit to the next one.
    private const int Share = 8;

    private readonly long _limitBytes;
    private readonly long _leastBytes;

    public InFlightBudget(WatchShardOptions options)
    {
        _limitBytes = options.InFlightBytes;
        CreditBytes = options.StreamCreditBytes;
        _leastBytes = Math.Clamp(options.ReservedBytes, 1, CreditBytes);
    }

    /// <summary>Bytes that one stream may have in flight at most.</summary>
    public long CreditBytes { get; }

    /// <summary>Bytes that sinks have taken and that were not returned yet.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes that one stream may have in flight now, from 1.</summary>
    public long StreamBytes => Math.Clamp((_limitBytes - Bytes) / Share, _leastBytes, CreditBytes);

    /// <summary>A sink took bytes; or, negative, they were returned.</summary>
    public void Add(long sizeBytes) => Bytes += sizeBytes;
}
