using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Tests.Membership;
using Xunit;

namespace Etcd.StateMachine.Tests.Leases;

public sealed class LessorTests
{
    private const long Second = 1000;

    private readonly TestRows _rows = new();
    private readonly LeaseSet _leases;
    private readonly Lessor _lessor;
    private readonly List<long> _expired = [];

    public LessorTests()
    {
        _leases = LeaseSet.Open(_rows, minTtlSeconds: 2);
        _lessor = new Lessor(_leases, new LessorOptions());
    }

    [Fact]
    public void Lease_expires_at_its_time_and_not_before()
    {
        _lessor.Promote(0, 0);
        Grant(1, 10, nowMilliseconds: 100);

        Assert.Equal(0, _lessor.CollectExpired(10_099, _expired));
        Assert.Equal(1, _lessor.CollectExpired(10_100, _expired));
        Assert.Equal([1L], _expired);
    }

    [Fact]
    public void Time_to_live_is_floored_and_gone_at_expiry()
    {
        _lessor.Promote(0, 0);
        Grant(1, 10, nowMilliseconds: 0);

        Assert.Equal(new LeaseTime(10, 10), _lessor.TimeToLive(1, 0));
        Assert.Equal(new LeaseTime(9, 10), _lessor.TimeToLive(1, 1));
        Assert.Equal(new LeaseTime(9, 10), _lessor.TimeToLive(1, 1000));
        Assert.Equal(new LeaseTime(0, 10), _lessor.TimeToLive(1, 9_999));
        Assert.Equal(LeaseTime.Gone, _lessor.TimeToLive(1, 10_000));
        Assert.Equal(LeaseTime.Gone, _lessor.TimeToLive(2, 0));
    }

    [Fact]
    public void Renewal_gives_the_full_time_again()
    {
        _lessor.Promote(0, 0);
        Grant(1, 10, nowMilliseconds: 0);

        Assert.Equal(new RenewResult(RenewOutcome.Renewed, 10), _lessor.Renew(1, 9_999));

        Assert.Equal(0, _lessor.CollectExpired(19_998, _expired));
        Assert.Equal(1, _lessor.CollectExpired(19_999, _expired));
    }

    [Fact]
    public void Expired_lease_cannot_be_renewed_and_is_reported_again_until_revoked()
    {
        _lessor.Promote(0, 0);
        Grant(1, 10, nowMilliseconds: 0);

        Assert.Equal(RenewOutcome.Expired, _lessor.Renew(1, 10_000).Outcome);
        Assert.Equal(1, _lessor.CollectExpired(10_000, _expired));
        Assert.Equal(0, _lessor.CollectExpired(12_999, _expired));
        Assert.Equal(1, _lessor.CollectExpired(13_000, _expired));
        Assert.Equal(RenewOutcome.Expired, _lessor.Renew(1, 13_000).Outcome);

        _leases.Remove(1, _rows.Batch);

        Assert.Equal(0, _lessor.CollectExpired(20_000, _expired));
        Assert.Equal(RenewOutcome.NotFound, _lessor.Renew(1, 20_000).Outcome);
    }

    [Fact]
    public void Follower_neither_expires_nor_renews_nor_tells()
    {
        Grant(1, 2, nowMilliseconds: 0);

        Assert.Equal(0, _lessor.CollectExpired(1_000_000, _expired));
        Assert.Equal(RenewOutcome.NotPrimary, _lessor.Renew(1, 0).Outcome);
        Assert.Null(_lessor.TimeToLive(1, 0));
        Assert.Equal([1L], _lessor.ListByRemaining(0));
    }

    [Fact]
    public void New_leader_gives_every_lease_its_time_and_an_election_more()
    {
        Grant(1, 10, nowMilliseconds: 0);
        _lessor.Promote(1_000_000, 1_000);

        Assert.Equal(new LeaseTime(11, 10), _lessor.TimeToLive(1, 1_000_000));
        Assert.Equal(0, _lessor.CollectExpired(1_010_999, _expired));
        Assert.Equal(1, _lessor.CollectExpired(1_011_000, _expired));
    }

    [Fact]
    public void Renewal_soon_after_promotion_does_not_hide_the_nearer_expiry()
    {
        Grant(1, 10, nowMilliseconds: 0);
        _lessor.Promote(0, 5_000);

        Assert.Equal(RenewOutcome.Renewed, _lessor.Renew(1, 0).Outcome);

        Assert.Equal(1, _lessor.CollectExpired(10_000, _expired));
    }

    [Fact]
    public void Demoted_leader_forgets_times_and_starts_anew()
    {
        _lessor.Promote(0, 0);
        Grant(1, 10, nowMilliseconds: 0);
        Grant(2, 5, nowMilliseconds: 0);
        Assert.Equal([2L, 1L], _lessor.ListByRemaining(0));
        _lessor.Demote();

        Assert.Equal([1L, 2L], _lessor.ListByRemaining(0));
        Assert.Equal(0, _lessor.CollectExpired(50_000, _expired));

        _lessor.Promote(60_000, 0);
        Assert.Equal(0, _lessor.CollectExpired(64_999, _expired));
        Assert.Equal(2, _lessor.CollectExpired(70_000, _expired));
    }

    [Fact]
    public void Leases_are_listed_by_remaining_time()
    {
        _lessor.Promote(0, 0);
        Grant(1, 30, nowMilliseconds: 0);
        Grant(2, 10, nowMilliseconds: 0);
        Grant(3, 20, nowMilliseconds: 0);
        Grant(-4, 20, nowMilliseconds: 0);

        Assert.Equal([2L, -4L, 3L, 1L], _lessor.ListByRemaining(0));
        _lessor.Renew(3, 5_000);
        _lessor.Renew(2, 9_000);
        Assert.Equal([2L, -4L, 3L, 1L], _lessor.ListByRemaining(9_000));
        _lessor.Renew(2, 9_900);
        _lessor.Renew(-4, 15_000);
        Assert.Equal([2L, 3L, 1L, -4L], _lessor.ListByRemaining(15_000));
    }

    [Fact]
    public void Expiries_are_paced()
    {
        _lessor.Promote(0, 0);
        for (int id = 1; id <= 1200; id++)
        {
            Grant(id, 2, nowMilliseconds: 0);
        }

        Assert.Equal(500, _lessor.CollectExpired(2_000, _expired));
        Assert.Equal(0, _lessor.CollectExpired(2_000, _expired));
        Assert.Equal(100, _lessor.CollectExpired(2_100, _expired));
        Assert.Equal(400, _lessor.CollectExpired(2_500, _expired));
        Assert.Equal(200, _lessor.CollectExpired(3_000, _expired));
        Assert.Equal(Enumerable.Range(1, 1200).Select(static id => (long)id), _expired);
    }

    [Theory]
    [InlineData(1000, 500, 1)]
    [InlineData(1000, 500, 20)]
    [InlineData(1000, 500, 150)]
    [InlineData(4, 2, 150)]
    [InlineData(1, 1, 150)]
    public void Pace_is_kept_by_ticks_that_are_not_punctual(int perSecond, int perTick, int jitterMilliseconds)
    {
        const int ticks = 40;
        Lessor lessor = new(_leases, new LessorOptions { RevokesPerSecond = perSecond });
        lessor.Promote(0, 0);
        for (int id = 1; id <= 2 * ticks * perTick; id++)
        {
            Assert.Null(_leases.Grant(id, 2, _rows.Batch, out _));
        }

        lessor.AfterApply(0);
        Random random = new(jitterMilliseconds);
        List<long> reported = [];
        for (int tick = 1; tick <= ticks; tick++)
        {
            int lateMilliseconds = random.Next(-jitterMilliseconds, jitterMilliseconds + 1);
            _expired.Clear();
            lessor.CollectExpired(2_000 + (tick * Lessor.TickMilliseconds) + lateMilliseconds, _expired);
            Assert.InRange(_expired.Count, 0, perTick);
            reported.AddRange(_expired);
            foreach (long lease in _expired)
            {
                _leases.Remove(lease, _rows.Batch);
            }
        }

        // The last ticks may have left something to the next one.
        Assert.InRange(reported.Count, (ticks - 2) * perTick, ticks * perTick);
        Assert.Equal(Enumerable.Range(1, reported.Count).Select(static id => (long)id), reported);
    }

    [Theory]
    [InlineData(999, 0)]
    [InlineData(1000, 0)]
    [InlineData(5000, 0)]
    [InlineData(5000, 3)]
    public void Promotion_spreads_what_would_expire_together(int count, int staggerMilliseconds)
    {
        for (int id = 1; id <= count; id++)
        {
            _leases.Grant(id, 10, _rows.Batch, out _);
        }

        _lessor.Promote(0, staggerMilliseconds);

        SortedDictionary<long, int> bySecond = [];
        foreach (Lease lease in _leases.All)
        {
            Assert.True(lease.ExpiryMilliseconds >= 10_000, $"lease {lease.Id} at {lease.ExpiryMilliseconds}");
            Assert.True(
                lease.ExpiryMilliseconds <= 10_000 + staggerMilliseconds + (Second * count / 750) + 1,
                $"lease {lease.Id} at {lease.ExpiryMilliseconds}");
            long second = lease.ExpiryMilliseconds / Second;
            bySecond[second] = bySecond.GetValueOrDefault(second) + 1;
        }

        int most = bySecond.Values.Max();
        Assert.True(count < 1000 ? most == count : most <= 751, $"{most} expire in one second");
    }

    [Fact]
    public void Checkpoint_is_due_once_in_an_interval_for_long_leases_that_lost_time()
    {
        Lessor lessor = new(_leases, new LessorOptions { CheckpointsEnabled = true });
        lessor.Promote(0, 0);
        _leases.Grant(1, 300, _rows.Batch, out _);
        _leases.Grant(2, 301, _rows.Batch, out _);
        _leases.Grant(3, 1000, _rows.Batch, out _);
        lessor.AfterApply(0);
        List<LeaseCheckpoint> due = [];

        Assert.Equal(0, lessor.CollectCheckpoints(299_999, due));
        Assert.Equal(2, lessor.CollectCheckpoints(300_000, due));
        Assert.Equal([new LeaseCheckpoint(2, 1), new LeaseCheckpoint(3, 700)], due);
        Assert.Equal(0, lessor.CollectCheckpoints(300_001, due));

        _leases.Checkpoint(3, 700, persist: false, _rows.Batch);
        Assert.Equal(RenewOutcome.NeedsCheckpointReset, lessor.Renew(3, 300_002).Outcome);
        _leases.Checkpoint(3, 0, persist: false, _rows.Batch);
        Assert.Equal(new RenewResult(RenewOutcome.Renewed, 1000), lessor.Renew(3, 300_003));
    }

    [Fact]
    public void Renewal_resets_a_checkpoint_that_is_still_on_its_way()
    {
        Lessor lessor = new(_leases, new LessorOptions { CheckpointsEnabled = true });
        lessor.Promote(0, 0);
        _leases.Grant(1, 1000, _rows.Batch, out _);
        lessor.AfterApply(0);
        List<LeaseCheckpoint> due = [];
        Assert.Equal(1, lessor.CollectCheckpoints(300_000, due));

        Assert.Equal(RenewOutcome.NeedsCheckpointReset, lessor.Renew(1, 300_001).Outcome);
        _leases.Checkpoint(1, 700, persist: false, _rows.Batch);
        _leases.Checkpoint(1, 0, persist: false, _rows.Batch);

        Assert.Equal(new RenewResult(RenewOutcome.Renewed, 1000), lessor.Renew(1, 300_002));
    }

    [Fact]
    public void L14_new_leader_counts_from_the_checkpoint()
    {
        _leases.Grant(3, 1000, _rows.Batch, out _);
        _leases.Checkpoint(3, 700, persist: false, _rows.Batch);
        _lessor.Promote(0, 0);

        Assert.Equal(new LeaseTime(700, 1000), _lessor.TimeToLive(3, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_history_never_expires_early_and_reports_in_time(int seed)
    {
        Random random = new(seed);
        Dictionary<long, long> dueAt = [];
        long now = 0;
        long nextId = 1;
        _lessor.Promote(0, 0);
        for (int round = 0; round < 20_000; round++)
        {
            now += random.Next(50);
            long id = random.NextInt64(1, nextId + 1);
            switch (random.Next(100))
            {
                case < 30:
                    long ttl = random.Next(2, 30);
                    Grant(nextId, ttl, now);
                    dueAt.Add(nextId++, now + (ttl * Second));
                    break;
                case < 70:
                    RenewOutcome expected = !dueAt.TryGetValue(id, out long due) ? RenewOutcome.NotFound
                        : due <= now ? RenewOutcome.Expired
                        : RenewOutcome.Renewed;
                    RenewResult renewed = _lessor.Renew(id, now);
                    Assert.Equal(expected, renewed.Outcome);
                    if (expected == RenewOutcome.Renewed)
                    {
                        dueAt[id] = now + (renewed.TtlSeconds * Second);
                    }

                    break;
                case < 80:
                    Assert.Equal(dueAt.Remove(id), _leases.Remove(id, _rows.Batch) is null);
                    break;
                case < 81:
                    _lessor.Demote();
                    _lessor.Promote(now, 1_000);
                    foreach (Lease lease in _leases.All)
                    {
                        Assert.True(lease.ExpiryMilliseconds >= now + 1_000 + (lease.GrantedTtlSeconds * Second));
                        dueAt[lease.Id] = lease.ExpiryMilliseconds;
                    }

                    break;
                default:
                    _expired.Clear();
                    int count = _lessor.CollectExpired(now, _expired);
                    Assert.Equal(count, _expired.Count);
                    foreach (long reported in _expired)
                    {
                        Assert.True(dueAt[reported] <= now, $"lease {reported} came {dueAt[reported] - now} ms early");
                        if (random.Next(4) != 0)
                        {
                            _leases.Remove(reported, _rows.Batch);
                            dueAt.Remove(reported);
                        }
                    }

                    break;
            }
        }

        // Whatever is due is reported after the retry time and enough ticks.
        for (int tick = 0; tick < 200; tick++)
        {
            now += Lessor.TickMilliseconds;
            _expired.Clear();
            _lessor.CollectExpired(now, _expired);
            foreach (long reported in _expired)
            {
                Assert.True(dueAt[reported] <= now);
                _leases.Remove(reported, _rows.Batch);
                dueAt.Remove(reported);
            }
        }

        Assert.Empty(dueAt);
        Assert.Equal(0, _leases.Count);
    }

    private void Grant(long id, long ttlSeconds, long nowMilliseconds)
    {
        Assert.Null(_leases.Grant(id, ttlSeconds, _rows.Batch, out _));
        _lessor.AfterApply(nowMilliseconds);
    }
}
