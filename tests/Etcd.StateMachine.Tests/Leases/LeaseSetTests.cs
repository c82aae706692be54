using System.Text;
using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Leases;
using Etcd.StateMachine.Tests.Membership;
using Xunit;

namespace Etcd.StateMachine.Tests.Leases;

public sealed class LeaseSetTests
{
    private readonly TestRows _rows = new();
    private readonly LeaseSet _leases;

    public LeaseSetTests() => _leases = LeaseSet.Open(_rows, minTtlSeconds: 2);

    [Theory]
    [InlineData(77, 1, 2, null)]
    [InlineData(77, 0, 2, null)]
    [InlineData(77, -5, 2, null)]
    [InlineData(77, 2, 2, null)]
    [InlineData(77, 3, 3, null)]
    [InlineData(-77, 10, 10, null)]
    [InlineData(77, LeaseSet.MaxTtlSeconds, LeaseSet.MaxTtlSeconds, null)]
    [InlineData(77, LeaseSet.MaxTtlSeconds + 1, 0, EtcdErrorCode.LeaseTtlTooLarge)]
    [InlineData(0, 10, 0, EtcdErrorCode.LeaseNotFound)]
    [InlineData(5, 10, 0, EtcdErrorCode.LeaseExists)]
    [InlineData(5, LeaseSet.MaxTtlSeconds + 1, 0, EtcdErrorCode.LeaseTtlTooLarge)]
    public void Grant_answers_as_etcd_does(long id, long ttl, long granted, EtcdErrorCode? expected)
    {
        Assert.Null(_leases.Grant(5, 10, _rows.Batch, out _));

        EtcdError? error = _leases.Grant(id, ttl, _rows.Batch, out long grantedTtlSeconds);

        Assert.Equal(expected, error?.Code);
        Assert.Equal(granted, grantedTtlSeconds);
        Assert.Equal(expected is null ? 2 : 1, _leases.Count);
        Assert.Equal(_leases.Count, _rows.Count);
    }

    [Theory]
    [InlineData(10, 100, 2)]
    [InlineData(50, 100, 8)]
    [InlineData(3, 100, 1)]
    [InlineData(7, 100, 1)]
    [InlineData(20, 500, 15)]
    public void Lowest_ttl_is_one_and_a_half_elections(int electionTicks, int tickMilliseconds, long expected) =>
        Assert.Equal(expected, LeaseSet.MinTtlSeconds(electionTicks, tickMilliseconds));

    [Fact]
    public void Row_is_that_of_etcd()
    {
        _leases.Grant(-2, 10, _rows.Batch, out _);
        _leases.Checkpoint(-2, 4, persist: true, _rows.Batch);

        byte[] row = _rows.Get(Bucket.Lease, Convert.FromHexString("FFFFFFFFFFFFFFFE"))!;

        Assert.Equal("08FEFFFFFFFFFFFFFFFF01100A1804", Convert.ToHexString(row));
    }

    [Fact]
    public void Key_belongs_to_the_lease_of_its_last_attachment()
    {
        Grant(1, 2);
        Assert.True(_leases.Attach(Key("k"), 1));
        Assert.True(_leases.Attach(Key("k"), 2));

        Assert.Empty(_leases.SortedKeys(1));
        Assert.Equal(["k"], KeysOf(2));
        Assert.Equal(2, _leases.LeaseOf(Key("k")));

        Assert.True(_leases.Attach(Key("k"), 0));
        Assert.Equal(0, _leases.LeaseOf(Key("k")));
        Assert.Empty(_leases.SortedKeys(2));
    }

    [Fact]
    public void Attachment_to_an_unknown_lease_leaves_the_key_without()
    {
        Grant(1);
        _leases.Attach(Key("k"), 1);

        Assert.False(_leases.Attach(Key("k"), 9));

        Assert.Equal(0, _leases.LeaseOf(Key("k")));
    }

    [Fact]
    public void Keys_come_in_byte_order()
    {
        Grant(1);
        foreach (string key in new[] { "b", "a", "ab", "\u00ff", "Z", "" })
        {
            _leases.Attach(Key(key), 1);
        }

        Assert.Equal(["", "Z", "a", "ab", "b", "\u00ff"], KeysOf(1));
    }

    [Fact]
    public void Removal_forgets_row_and_attachments()
    {
        Grant(1);
        _leases.Attach(Key("k"), 1);

        Assert.Null(_leases.Remove(1, _rows.Batch));

        Assert.Equal(0, _rows.Count);
        Assert.Equal(0, _leases.LeaseOf(Key("k")));
        Assert.False(_leases.Contains(1));
        Assert.Equal(EtcdErrorCode.LeaseNotFound, _leases.Remove(1, _rows.Batch)?.Code);
    }

    [Fact]
    public void Reopened_leases_keep_ttl_and_persisted_checkpoint()
    {
        Grant(1, 2);
        _leases.Checkpoint(1, 5, persist: true, _rows.Batch);
        _leases.Checkpoint(2, 6, persist: false, _rows.Batch);
        _leases.Checkpoint(3, 6, persist: true, _rows.Batch);

        LeaseSet reopened = LeaseSet.Open(_rows, minTtlSeconds: 20);

        Assert.Equal(2, reopened.Count);
        Assert.Equal(20, reopened.Find(1)?.GrantedTtlSeconds);
        Assert.Equal(5, reopened.Find(1)?.RemainingTtlSeconds);
        Assert.Equal(0, reopened.Find(2)?.RemainingTtlSeconds);
        Assert.Equal(0, reopened.Find(1)?.KeyCount);
    }

    [Theory]
    [InlineData("0000000000000001", "FF")]
    [InlineData("0000000000000001", "")]
    [InlineData("0000000000000001", "0802")]
    [InlineData("01", "0801")]
    public void Foreign_row_is_reported(string key, string value)
    {
        _rows.Put(Bucket.Lease, Convert.FromHexString(key), Convert.FromHexString(value));

        Assert.Throws<InvalidDataException>(() => LeaseSet.Open(_rows, minTtlSeconds: 2));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Random_changes_agree_with_a_model(int seed)
    {
        Random random = new(seed);
        Dictionary<string, long> leaseOf = [];
        HashSet<long> living = [];
        for (int round = 0; round < 5000; round++)
        {
            long lease = random.Next(1, 12);
            string key = $"k{random.Next(40)}";
            switch (random.Next(5))
            {
                case 0:
                    Assert.Equal(living.Add(lease), _leases.Grant(lease, 10, _rows.Batch, out _) is null);
                    break;
                case 1 or 2:
                    Assert.Equal(living.Contains(lease), _leases.Attach(Key(key), lease));
                    leaseOf[key] = living.Contains(lease) ? lease : 0;
                    break;
                case 3:
                    _leases.Detach(Key(key));
                    leaseOf[key] = 0;
                    break;
                default:
                    string[] expected = [.. leaseOf.Where(pair => pair.Value == lease).Select(static pair => pair.Key)
                        .Order(StringComparer.Ordinal)];
                    Assert.Equal(expected, KeysOf(lease));
                    Assert.Equal(living.Remove(lease), _leases.Remove(lease, _rows.Batch) is null);
                    foreach (string gone in expected)
                    {
                        leaseOf[gone] = 0;
                    }

                    break;
            }

            Assert.Equal(leaseOf.GetValueOrDefault(key), _leases.LeaseOf(Key(key)));
            Assert.Equal(living.Count, _rows.Count);
        }
    }

    private static byte[] Key(string text) => Encoding.Latin1.GetBytes(text);

    private string[] KeysOf(long id) => Array.ConvertAll(_leases.SortedKeys(id), Encoding.Latin1.GetString);

    private void Grant(params long[] ids)
    {
        foreach (long id in ids)
        {
            Assert.Null(_leases.Grant(id, 10, _rows.Batch, out _));
        }
    }
}
