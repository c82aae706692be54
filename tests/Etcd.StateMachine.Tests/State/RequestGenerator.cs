using Etcd.StateMachine.Validation;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Tests.State;

/// <summary>Random requests over few keys, so that they meet often.</summary>
internal sealed class RequestGenerator(Random random)
{
    private static readonly string[] Ends = ["", "", "", "\0", "b", "d", "f", "d0"];

    public InternalRaftRequest Next(long revision)
    {
        while (true)
        {
            InternalRaftRequest request = random.Next(20) switch
            {
                < 9 => new InternalRaftRequest { Put = Put() },
                < 12 => new InternalRaftRequest { DeleteRange = Delete() },
                < 16 => new InternalRaftRequest { Txn = Txn(revision, depth: 2) },
                16 => new InternalRaftRequest
                {
                    Compaction = new CompactionRequest { Revision = revision - random.Next(-1, 12) },
                },
                17 => new InternalRaftRequest
                {
                    LeaseGrant = new LeaseGrantRequest { ID = Lease(), TTL = random.Next(9) },
                },
                18 => new InternalRaftRequest { LeaseRevoke = new LeaseRevokeRequest { ID = Lease() } },
                _ => new InternalRaftRequest { Put = Put() },
            };
            if (IsValid(request))
            {
                return request;
            }
        }
    }

    public RangeRequest Range(long revision) => new()
    {
        Key = Key(),
        RangeEnd = End(),
        Revision = random.Next(3) == 0 ? revision - random.Next(-1, 10) : 0,
        Limit = random.Next(3) == 0 ? random.Next(5) : 0,
        CountOnly = random.Next(8) == 0,
        KeysOnly = random.Next(8) == 0,
        SortOrder = random.Next(3) == 0 ? (RangeRequest.Types.SortOrder)random.Next(3) : default,
        SortTarget = random.Next(3) == 0 ? (RangeRequest.Types.SortTarget)random.Next(5) : default,
        MinModRevision = Bound(revision),
        MaxModRevision = Bound(revision),
        MinCreateRevision = Bound(revision),
        MaxCreateRevision = Bound(revision),
    };

    private static bool IsValid(InternalRaftRequest request) =>
        request.Put is not null ? RequestValidator.Check(request.Put) is null
        : request.DeleteRange is not null ? RequestValidator.Check(request.DeleteRange) is null
        : request.Txn is null || RequestValidator.Check(request.Txn, RequestValidator.DefaultMaxTxnOps) is null;

    private long Bound(long revision) => random.Next(10) == 0 ? random.NextInt64(1, revision + 2) : 0;

    private long Lease() => random.Next(1, 5);

    private ByteString Key() => ByteString.CopyFromUtf8(
        random.Next(4) == 0 ? $"{(char)('a' + random.Next(6))}0" : $"{(char)('a' + random.Next(6))}");

    private ByteString End() => ByteString.CopyFromUtf8(Ends[random.Next(Ends.Length)]);

    private PutRequest Put() => new()
    {
        Key = Key(),
        Value = random.Next(6) == 0 ? ByteString.Empty : ByteString.CopyFromUtf8($"v{random.Next(5)}"),
        Lease = random.Next(4) == 0 ? Lease() : 0,
        PrevKv = random.Next(3) == 0,
        IgnoreLease = random.Next(8) == 0,
        IgnoreValue = random.Next(8) == 0,
    };

    private DeleteRangeRequest Delete() => new() { Key = Key(), RangeEnd = End(), PrevKv = random.Next(2) == 0 };

    private TxnRequest Txn(long revision, int depth)
    {
        var txn = new TxnRequest();
        for (int i = random.Next(3); i > 0; i--)
        {
            txn.Compare.Add(Compare(revision));
        }

        for (int i = random.Next(4); i > 0; i--)
        {
            txn.Success.Add(Op(revision, depth));
        }

        for (int i = random.Next(4); i > 0; i--)
        {
            txn.Failure.Add(Op(revision, depth));
        }

        return txn;
    }

    private RequestOp Op(long revision, int depth) => random.Next(depth > 0 ? 9 : 8) switch
    {
        < 3 => new RequestOp { RequestPut = Put() },
        < 5 => new RequestOp { RequestDeleteRange = Delete() },
        < 8 => new RequestOp { RequestRange = Range(revision) },
        _ => new RequestOp { RequestTxn = Txn(revision, depth - 1) },
    };

    private Compare Compare(long revision)
    {
        var compare = new Compare
        {
            Key = Key(),
            RangeEnd = End(),
            Result = (Compare.Types.CompareResult)random.Next(4),
            Target = (Compare.Types.CompareTarget)random.Next(5),
        };
        switch (random.Next(5))
        {
            case 0:
                compare.Version = random.Next(4);
                break;
            case 1:
                compare.CreateRevision = random.NextInt64(revision + 2);
                break;
            case 2:
                compare.ModRevision = random.NextInt64(revision + 2);
                break;
            case 3:
                compare.Value = ByteString.CopyFromUtf8($"v{random.Next(5)}");
                break;
            default:
                compare.Lease = random.Next(5);
                break;
        }

        return compare;
    }
}
