using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Conformance.Tests.Differential;

/// <summary>
/// Makes random requests from a seed, over few keys and leases so that they meet. The same seed makes the same
/// requests.
/// </summary>
internal sealed partial class OperationGenerator(int seed)
{
    private const int Keys = 24;
    private const int Leases = 6;
    private const int MostDepth = 4;

    private readonly Random _random = new(seed);
    private readonly HashSet<long> _openCompactions = [];
    private bool _isSweeping;

    /// <summary>Newest revision seen in a response; revisions asked for lie around it.</summary>
    public long Revision { get; private set; } = 1;

    public IMessage Next() => _alarms.Count > 0 && OneIn(20) ? Alarm() : _random.Next(100) switch
    {
        < 32 => Put(),
        < 53 => Range(inTxn: false),
        < 62 => Delete(),
        < 79 => SafeTxn(),
        < 82 => Watch(),
        < 84 => new CompactionRequest { Revision = Revision - 30 + _random.Next(33), Physical = OneIn(2) },
        < 88 => new LeaseGrantRequest { ID = LeaseId(), TTL = 3600 + _random.Next(1000) },
        < 91 => new LeaseRevokeRequest { ID = LeaseId() },
        < 93 => new LeaseTimeToLiveRequest { ID = LeaseId(), Keys = true },
        < 95 => new LeaseKeepAliveRequest { ID = LeaseId() },
        < 96 => new LeaseLeasesRequest(),
        < 98 => Hash(),
        < 99 => Cluster(),
        _ => OneIn(4) ? Alarm() : new AlarmRequest(),
    };

    private IMessage Cluster() => OneIn(2) ? new StatusRequest() : new MemberListRequest { Linearizable = OneIn(2) };

    /// <summary>
    /// What etcd hashes depends on the time in three cases, which are left out: at the revision of a compaction the
    /// hash is one until its sweep is over and another, kept, afterwards; none is kept when the compaction came before
    /// the end of the sweep before; and where no key is alive a sweep's progress shows. A compaction that waits ends
    /// the sweep.
    /// </summary>
    private IMessage Hash()
    {
        if (_isSweeping)
        {
            return new CompactionRequest { Revision = Revision - _random.Next(4), Physical = true };
        }

        long revision = Math.Max(0, Revision - _random.Next(20));
        return new HashKVRequest { Revision = _openCompactions.Contains(revision) ? 0 : revision };
    }

    private PutRequest Put()
    {
        var put = new PutRequest { Key = Key(), PrevKv = OneIn(3) };
        if (OneIn(12))
        {
            put.IgnoreValue = true;
        }

        if (!put.IgnoreValue || OneIn(10))
        {
            put.Value = Value();
        }

        if (OneIn(12))
        {
            put.IgnoreLease = true;
        }
        else if (OneIn(4))
        {
            put.Lease = LeaseId();
        }

        return put;
    }

    private RangeRequest Range(bool inTxn)
    {
        var range = new RangeRequest
        {
            Serializable = OneIn(4), CountOnly = OneIn(10), KeysOnly = OneIn(10),
        };
        (range.Key, range.RangeEnd) = Interval();
        range.Limit = OneIn(3) ? _random.Next(-1, 8) : 0;
        range.Revision = OneIn(3) ? Math.Max(inTxn ? 0 : -1, Revision - _random.Next(-2, 40)) : 0;
        if (OneIn(4))
        {
            // Equal sort values have no defined order, so only the targets that are unique per key are cut.
            range.SortOrder = (RangeRequest.Types.SortOrder)_random.Next(3);
            range.SortTarget = range.Limit > 0
                ? RangeRequest.Types.SortTarget.Key
                : (RangeRequest.Types.SortTarget)_random.Next(5);
        }

        range.MinModRevision = OneIn(8) ? Near() : 0;
        range.MaxModRevision = OneIn(8) ? Near() : 0;
        range.MinCreateRevision = OneIn(12) ? Near() : 0;
        range.MaxCreateRevision = OneIn(12) ? Near() : 0;
        return range;
    }

    private DeleteRangeRequest Delete()
    {
        var delete = new DeleteRangeRequest { PrevKv = OneIn(2) };
        (delete.Key, delete.RangeEnd) = OneIn(2) ? (Key(), ByteString.Empty) : Interval();
        return delete;
    }

    /// <summary>
    /// etcd checks that a key exists before the transaction runs, and panics when a delete of the same transaction
    /// takes the key away from a later put that keeps its value or lease; such transactions are not sent.
    /// </summary>
    private TxnRequest SafeTxn()
    {
        var txn = Txn(depth: 0);
        if (Operations(txn).Any(operation => operation.RequestDeleteRange is not null))
        {
            foreach (var operation in Operations(txn).Where(operation => operation.RequestPut is not null))
            {
                operation.RequestPut.IgnoreValue = false;
                operation.RequestPut.IgnoreLease = false;
            }
        }

        return txn;
    }

    private static IEnumerable<RequestOp> Operations(TxnRequest txn) =>
        txn.Success.Concat(txn.Failure).SelectMany(operation => operation.RequestTxn is { } nested
            ? Operations(nested)
            : [operation]);

    private TxnRequest Txn(int depth)
    {
        var txn = new TxnRequest();
        for (int i = _random.Next(3); i > 0; i--)
        {
            txn.Compare.Add(Compare());
        }

        for (int i = _random.Next(4); i > 0; i--)
        {
            txn.Success.Add(Operation(depth));
        }

        for (int i = _random.Next(4); i > 0; i--)
        {
            txn.Failure.Add(Operation(depth));
        }

        return txn;
    }

    /// <summary>Without space no transaction is nested: the reference lets nested puts pass until 3.5.30.</summary>
    private RequestOp Operation(int depth)
    {
        bool mayNest = depth < MostDepth && !_alarms.Contains(AlarmType.Nospace);
        return _random.Next(mayNest ? 11 : 10) switch
        {
            < 5 => new RequestOp { RequestPut = Put() },
            < 8 => new RequestOp { RequestRange = Range(inTxn: true) },
            < 10 => new RequestOp { RequestDeleteRange = Delete() },
            _ => new RequestOp { RequestTxn = Txn(depth + 1) },
        };
    }

    private Compare Compare()
    {
        var compare = new Compare
        {
            Result = (Compare.Types.CompareResult)_random.Next(4),
            Key = Key(),
        };
        switch (_random.Next(6))
        {
            case 0:
                compare.Target = Etcdserverpb.Compare.Types.CompareTarget.Version;
                compare.Version = _random.Next(4);
                break;
            case 1:
                compare.Target = Etcdserverpb.Compare.Types.CompareTarget.Create;
                compare.CreateRevision = Near();
                break;
            case 2:
                compare.Target = Etcdserverpb.Compare.Types.CompareTarget.Mod;
                compare.ModRevision = Near();
                break;
            case 3:
                compare.Target = Etcdserverpb.Compare.Types.CompareTarget.Value;
                compare.Value = Value();
                break;
            case 4:
                compare.Target = Etcdserverpb.Compare.Types.CompareTarget.Lease;
                compare.Lease = OneIn(2) ? 0 : LeaseId();
                break;
            default:
                compare.Target = (Compare.Types.CompareTarget)_random.Next(5);
                break;
        }

        if (OneIn(5))
        {
            (compare.Key, compare.RangeEnd) = Interval();
        }

        return compare;
    }

    private (ByteString Key, ByteString End) Interval() => _random.Next(8) switch
    {
        0 => (Key(), ByteString.CopyFrom(0)),
        1 => (ByteString.CopyFrom(0), ByteString.CopyFrom(0)),
        2 => (ByteString.CopyFromUtf8("k"), ByteString.CopyFromUtf8("l")),
        3 => (ByteString.Empty, ByteString.Empty),
        < 6 => (Key(), ByteString.Empty),
        _ => (Key(), Key()),
    };

    private ByteString Key() => OneIn(40)
        ? ByteString.Empty
        : ByteString.CopyFromUtf8($"k{_random.Next(Keys):d2}");

    private ByteString Value() => ByteString.CopyFromUtf8($"v{_random.Next(30)}");

    private long LeaseId() => 1000 + _random.Next(Leases);

    private long Near() => Math.Max(0, Revision - _random.Next(25));

    private bool OneIn(int count) => _random.Next(count) == 0;
}
