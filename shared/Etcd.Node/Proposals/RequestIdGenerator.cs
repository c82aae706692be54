namespace Etcd.Node.Proposals;

/// <summary>
/// Request ids that are unique in the cluster and across restarts (etcd <c>pkg/idutil</c>). Thread-safe.
/// </summary>
/// <remarks>
/// <code>
/// | 2 bytes          | 5 bytes                        | 1 byte  |
/// | member id (low)  | start time, milliseconds (low) | counter |
/// </code>
/// The counter runs over into the time: a restart may not come within the milliseconds that 256 requests each
/// have used up, which holds below 256,000 requests a second.
/// </remarks>
public sealed class RequestIdGenerator
{
    private const int CounterBits = 8;
    private const int TimeBits = 40;

    private readonly ulong _prefix;
    private ulong _suffix;

    /// <param name="memberId">This member; its low 16 bits tell members apart.</param>
    /// <param name="unixMilliseconds">Time of the start.</param>
    public RequestIdGenerator(ulong memberId, long unixMilliseconds)
    {
        _prefix = (memberId & 0xFFFF) << (TimeBits + CounterBits);
        _suffix = ((ulong)unixMilliseconds & ((1UL << TimeBits) - 1)) << CounterBits;
    }

    /// <summary>The next id; never 0 in practice, as the time is not.</summary>
    public ulong Next()
    {
        ulong suffix = Interlocked.Increment(ref _suffix);
        return _prefix | (suffix & ((1UL << (TimeBits + CounterBits)) - 1));
    }
}
