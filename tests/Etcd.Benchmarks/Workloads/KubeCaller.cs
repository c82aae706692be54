using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>One client of <see cref="KubeWorkload"/>; its objects are its own, so each comparison holds.</summary>
/// <param name="number">Of the client.</param>
/// <param name="storedKeys">Keys that are listed.</param>
/// <param name="valueBytes">Length of an object.</param>
internal sealed class KubeCaller(int number, int storedKeys, int valueBytes) : UnaryCaller
{
    /// <summary>Where all objects are.</summary>
    public const string Registry = "/registry/";

    /// <summary>The first key behind them.</summary>
    public const string RegistryEnd = "/registry0";

    private const int MostObjects = 20;
    private const int PageKeys = 500;

    // Of a hundred calls; the rest are reads of one object.
    private const int Lists = 4;
    private const int Leases = 2;
    private const int Updates = 45;
    private const int Creates = 10;
    private const int Deletes = 9;

    private static readonly byte[] LeaseGrant = new LeaseGrantRequest { TTL = 3600 }.ToByteArray();

    private readonly List<(ByteString Key, long Revision)> _objects = [];
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private FastRandom _random = new(number + 1);
    private Step _step;
    private int _object;
    private int _created;
    private byte[]? _nextPage;

    private enum Step
    {
        Get,
        Create,
        Update,
        Delete,
        List,
        Lease,
    }

    protected override bool WantsMessages => true;

    /// <inheritdoc/>
    protected override bool TryCall()
    {
        _step = _nextPage is null ? Choose() : Step.List;
        switch (_step)
        {
            case Step.List:
                byte[] page = _nextPage ?? Page(ByteString.CopyFrom(KeySpace.Key(_random.Below(storedKeys))), revision: 0);
                _nextPage = null;
                Connection.Open(this, GrpcMethod.Range, page, last: true);
                break;
            case Step.Lease:
                Connection.Open(this, GrpcMethod.LeaseGrant, LeaseGrant, last: true);
                break;
            case Step.Get:
                var get = new RangeRequest { Key = _objects[_object].Key };
                Connection.Open(this, GrpcMethod.Range, get.ToByteArray(), last: true);
                break;
            default:
                Connection.Open(this, GrpcMethod.Txn, Change().ToByteArray(), last: true);
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    protected override string? Check(ReadOnlySpan<byte> message) => null;

    /// <inheritdoc/>
    protected override void Inspect(ReadOnlySpan<byte> message)
    {
        switch (_step)
        {
            case Step.List:
                RangeResponse list = RangeResponse.Parser.ParseFrom(message);
                if (list.More && _random.Below(2) == 0)
                {
                    ByteString last = list.Kvs[^1].Key;
                    _nextPage = Page(ByteString.CopyFrom([.. last.Span, 0]), list.Header.Revision);
                }

                break;
            case Step.Create or Step.Update or Step.Delete:
                TxnResponse changed = TxnResponse.Parser.ParseFrom(message);
                if (!changed.Succeeded)
                {
                    throw new LoadException("a comparison failed that must hold");
                }

                Note(changed.Header.Revision);
                break;
            default:
                break;
        }
    }

    private static byte[] Page(ByteString from, long revision) => new RangeRequest
    {
        Key = from,
        RangeEnd = ByteString.CopyFromUtf8("kez"),
        Limit = PageKeys,
        Revision = revision,
    }.ToByteArray();

    private Step Choose()
    {
        int of = (int)_random.Below(100);
        _object = _objects.Count == 0 ? 0 : (int)_random.Below(_objects.Count);
        return of switch
        {
            < Lists => Step.List,
            < Lists + Leases => Step.Lease,
            _ when _objects.Count == 0 => Step.Create,
            < Lists + Leases + Updates => Step.Update,
            < Lists + Leases + Updates + Creates when _objects.Count < MostObjects => Step.Create,
            < Lists + Leases + Updates + Creates + Deletes => Step.Delete,
            _ => Step.Get,
        };
    }

    private TxnRequest Change()
    {
        (ByteString key, long revision) = _step == Step.Create
            ? (ByteString.CopyFromUtf8($"{Registry}pods/{number}-{_run}/{_created++}"), 0)
            : _objects[_object];
        if (_step == Step.Create)
        {
            _object = _objects.Count;
            _objects.Add((key, 0));
        }

        var txn = new TxnRequest();
        txn.Compare.Add(new Compare
        {
            Key = key,
            Target = Compare.Types.CompareTarget.Mod,
            Result = Compare.Types.CompareResult.Equal,
            ModRevision = revision,
        });
        txn.Success.Add(_step == Step.Delete
            ? new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = key } }
            : new RequestOp
            {
                RequestPut = new PutRequest
                {
                    Key = key,
                    Value = ByteString.CopyFrom(RandomValues.Next(ref _random, valueBytes)),
                },
            });
        txn.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = key } });
        return txn;
    }

    private void Note(long revision)
    {
        if (_step == Step.Delete)
        {
            _objects.RemoveAt(_object);
        }
        else
        {
            _objects[_object] = (_objects[_object].Key, revision);
        }
    }
}
