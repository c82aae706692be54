namespace Etcd.Node.Proposals;

/// <summary>
/// Request ids that are unique in the cluster and across restarts (etcd <c>pkg/idutil</c>). Thread-safe.
/// </summary>
/// <remarks>
/// <code>
/// | 2 bytes          | 6 bytes                                      |
/// | member id (low)  | counter, from a random start (low byte zero) |
/// </code>
/// Differs from etcd: the counter starts at random, not at the time. A restart after the clock was set back would give
/// ids again whose requests may still be on their way, and take their answers for its own. Two random rows of a
/// million requests overlap once in 10^8 restarts, and then matter only if the requests are in flight at once.
/// </remarks>
public sealed class RequestIdGenerator
{
    private const int CounterBits = 8;
    private const int StartBits = 40;

    private readonly ulong _prefix;
    private ulong _suffix;

    /// <param name="memberId">This member; its low 16 bits tell members apart.</param>
    /// <param name="incarnation">Another random number at every start; its low 40 bits count.</param>
    public RequestIdGenerator(ulong memberId, long incarnation)
    {
        _prefix = (memberId & 0xFFFF) << (StartBits + CounterBits);
        _suffix = ((ulong)incarnation & ((1UL << StartBits) - 1)) << CounterBits;
    }

    /// <summary>The next id; 0 only for a member whose id ends in zeros, once in 2^48.</summary>
    public ulong Next()
    {
        ulong suffix = Interlocked.Increment(ref _suffix);
        return _prefix | (suffix & ((1UL << (StartBits + CounterBits)) - 1));
    }
}
