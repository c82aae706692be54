using System.Buffers.Binary;
using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Google.Protobuf;

namespace Etcd.StateMachine.Leases;

/// <summary>
/// The replicated leases and the keys attached to them. Owned by the apply loop; not thread-safe. Knows no time: all
/// members hold the same leases after the same entries, and only the leader's <see cref="Lessor"/> decides when to
/// propose a revocation.
/// </summary>
/// <remarks>
/// Rows go into the caller's batch. Attachments have no rows of their own: whoever opens the store attaches each
/// living key whose newest row names a lease.
/// </remarks>
public sealed class LeaseSet
{
    /// <summary>Largest time to live of a request, in seconds, inclusive.</summary>
    public const long MaxTtlSeconds = 9_000_000_000;

    private readonly Dictionary<long, Lease> _leases = [];
    private readonly Dictionary<byte[], Lease> _leaseByKey = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], Lease>.AlternateLookup<ReadOnlySpan<byte>> _leaseBySpan;
    private readonly long _minTtlSeconds;

    private LeaseSet(long minTtlSeconds)
    {
        _minTtlSeconds = minTtlSeconds;
        _leaseBySpan = _leaseByKey.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Number of leases.</summary>
    public int Count => _leases.Count;

    /// <summary>All leases, in no useful order. Valid until the next change.</summary>
    public IReadOnlyCollection<Lease> All => _leases.Values;

    /// <summary>Who hears of changes; null on members that never led.</summary>
    internal ILeaseObserver? Observer { get; set; }

    /// <summary>
    /// The lowest time to live that a member grants: one and a half election timeouts, rounded up, so that a lease
    /// outlives the loss of a leader.
    /// </summary>
    /// <param name="electionTicks">Ticks of an election timeout.</param>
    /// <param name="tickMilliseconds">Length of a tick (<c>--heartbeat-interval</c>).</param>
    /// <returns>Seconds, at least 1.</returns>
    public static long MinTtlSeconds(int electionTicks, int tickMilliseconds)
    {
        long milliseconds = 3L * electionTicks / 2 * tickMilliseconds;
        return Math.Max(1, (milliseconds + 999) / 1000);
    }

    /// <summary>Reads the leases that an engine holds, without keys.</summary>
    /// <param name="reader">The engine, or a snapshot of it.</param>
    /// <param name="minTtlSeconds">Lowest time to live; shorter stored ones are raised. Equal on all members.</param>
    /// <exception cref="InvalidDataException">A row is not what etcd writes.</exception>
    public static LeaseSet Open(IKvReader reader, long minTtlSeconds)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentOutOfRangeException.ThrowIfLessThan(minTtlSeconds, 1);
        LeaseSet set = new(minTtlSeconds);
        using IKvCursor cursor = reader.Scan(Bucket.Lease, [], []);
        while (cursor.MoveNext())
        {
            Leasepb.Lease row = Decode(cursor.Key, cursor.Value);
            long ttlSeconds = Math.Max(row.TTL, minTtlSeconds);
            set._leases[row.ID] = new Lease(row.ID, ttlSeconds, row.RemainingTTL);
        }

        return set;
    }

    /// <summary>The lease with an id, or null.</summary>
    public Lease? Find(long id) => _leases.GetValueOrDefault(id);

    /// <summary>True when the lease exists.</summary>
    public bool Contains(long id) => _leases.ContainsKey(id);

    /// <summary>Grants a lease.</summary>
    /// <param name="id">Id chosen by the client or the proposer; 0 is none.</param>
    /// <param name="ttlSeconds">Wanted seconds; anything below the minimum is raised to it.</param>
    /// <param name="batch">Takes the row.</param>
    /// <param name="grantedTtlSeconds">Effective seconds; 0 on error.</param>
    /// <returns>Null when granted.</returns>
    public EtcdError? Grant(long id, long ttlSeconds, IKvBatch batch, out long grantedTtlSeconds)
    {
        grantedTtlSeconds = 0;
        if (id == 0)
        {
            return EtcdErrors.LeaseNotFound;
        }

        if (ttlSeconds > MaxTtlSeconds)
        {
            return EtcdErrors.LeaseTtlTooLarge;
        }

        grantedTtlSeconds = Math.Max(ttlSeconds, _minTtlSeconds);
        Lease lease = new(id, grantedTtlSeconds, remainingTtlSeconds: 0);
        if (!_leases.TryAdd(id, lease))
        {
            grantedTtlSeconds = 0;
            return EtcdErrors.LeaseExists;
        }

        Persist(lease, batch);
        Observer?.OnGranted(lease);
        return null;
    }

    /// <summary>
    /// The keys of a lease in byte order, in which a revocation deletes them: all members must number the deletions
    /// alike. O(n log n).
    /// </summary>
    /// <returns>A new array; its keys must not be modified. Empty when the lease is unknown or has none.</returns>
    public byte[][] SortedKeys(long id)
    {
        if (Find(id)?.Keys is not { Count: > 0 } keys)
        {
            return [];
        }

        byte[][] sorted = [.. keys];
        Array.Sort(sorted, KeyComparer.Instance);
        return sorted;
    }

    /// <summary>Removes a lease. The caller deletes its <see cref="SortedKeys"/> first, in the same batch.</summary>
    /// <returns>Null when removed; the error when it does not exist.</returns>
    public EtcdError? Remove(long id, IKvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!_leases.Remove(id, out Lease? lease))
        {
            return EtcdErrors.LeaseNotFound;
        }

        foreach (byte[] key in lease.Keys ?? [])
        {
            _leaseByKey.Remove(key);
        }

        lease.Keys = null;
        lease.IsRevoked = true;
        Span<byte> row = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(row, id);
        batch.Delete(Bucket.Lease, row);
        return null;
    }

    /// <summary>Records how long a lease has left, for the next leader. An unknown lease is ignored.</summary>
    /// <param name="id">The lease.</param>
    /// <param name="remainingSeconds">Seconds; 0 forgets the last record, as a renewal does.</param>
    /// <param name="persist">True writes the row too: with the flag for it, or from cluster version 3.6 on.</param>
    /// <param name="batch">Takes the row.</param>
    public void Checkpoint(long id, long remainingSeconds, bool persist, IKvBatch batch)
    {
        if (Find(id) is not { } lease)
        {
            return;
        }

        lease.RemainingTtlSeconds = remainingSeconds;
        if (persist)
        {
            Persist(lease, batch);
        }

        Observer?.OnCheckpointed(lease);
    }

    /// <summary>Attaches a key, after detaching it from any other lease.</summary>
    /// <param name="key">The key; held, never modified.</param>
    /// <param name="leaseId">The lease; 0 only detaches.</param>
    /// <returns>False when the lease does not exist; the key is attached to none then.</returns>
    public bool Attach(byte[] key, long leaseId)
    {
        ArgumentNullException.ThrowIfNull(key);
        Lease? lease = leaseId == 0 ? null : Find(leaseId);
        if (_leaseByKey.TryGetValue(key, out Lease? old))
        {
            if (ReferenceEquals(old, lease))
            {
                return true;
            }

            Detach(key);
        }

        if (lease is null)
        {
            return leaseId == 0;
        }

        lease.Keys ??= new HashSet<byte[]>(KeyComparer.Instance);
        lease.Keys.Add(key);
        _leaseByKey.Add(key, lease);
        return true;
    }

    /// <summary>Detaches a key from its lease, if it has one.</summary>
    public void Detach(ReadOnlySpan<byte> key)
    {
        if (_leaseBySpan.Remove(key, out byte[]? held, out Lease? lease))
        {
            lease.Keys!.Remove(held); // A lease that a key refers to has a set of keys.
        }
    }

    /// <summary>Id of the lease that a key is attached to; 0 for none.</summary>
    public long LeaseOf(ReadOnlySpan<byte> key) => _leaseBySpan.TryGetValue(key, out Lease? lease) ? lease.Id : 0;

    private static Leasepb.Lease Decode(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        try
        {
            Leasepb.Lease row = Leasepb.Lease.Parser.ParseFrom(value);
            if (key.Length == sizeof(long) && BinaryPrimitives.ReadInt64BigEndian(key) == row.ID && row.ID != 0)
            {
                return row;
            }
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"lease row {Convert.ToHexString(key)} is not a lease", error);
        }

        throw new InvalidDataException($"lease row {Convert.ToHexString(key)} belongs to another id");
    }

    private static void Persist(Lease lease, IKvBatch batch)
    {
        Leasepb.Lease row = new()
        {
            ID = lease.Id,
            TTL = lease.GrantedTtlSeconds,
            RemainingTTL = lease.RemainingTtlSeconds,
        };
        Span<byte> key = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, lease.Id);
        batch.Put(Bucket.Lease, key, row.ToByteArray());
    }
}
