using Etcdserverpb;
using Google.Protobuf;
using Filter = Etcdserverpb.WatchCreateRequest.Types.FilterType;

namespace Etcd.Conformance.Tests.Differential;

/// <content>Watches and alarms: what depends on the operations before.</content>
internal sealed partial class OperationGenerator
{
    /// <summary>Stands for the id of the member asked, which is another on each side.</summary>
    public const ulong OwnId = 1;

    private const int MostWatches = 8;

    private readonly SortedSet<long> _watches = [];
    private readonly HashSet<AlarmType> _alarms = [];

    /// <summary>A key that no operation but the fence touches.</summary>
    public static ByteString FenceKey { get; } = ByteString.CopyFromUtf8("fence");

    /// <summary>The revision of the last compaction that both accepted; -1 before the first.</summary>
    public long CompactRevision { get; private set; } = -1;

    /// <summary>The latest revision at which a watch starts.</summary>
    public long LatestStart { get; private set; }

    /// <summary>An operation that makes a revision and nothing else.</summary>
    public static PutRequest Fence() => new() { Key = FenceKey };

    /// <summary>Takes note of what an operation has changed.</summary>
    public void Learn(IMessage request, Outcome outcome)
    {
        Revision = Math.Max(Revision, outcome.Revision);
        switch (request)
        {
            case CompactionRequest compaction when outcome.Error is null:
                Compacted(compaction);
                break;
            case AlarmRequest { Action: AlarmRequest.Types.AlarmAction.Activate, Alarm: not AlarmType.None } alarm:
                _alarms.Add(alarm.Alarm);
                break;
            case AlarmRequest { Action: AlarmRequest.Types.AlarmAction.Deactivate, MemberID: OwnId } alarm:
                _alarms.Remove(alarm.Alarm);
                break;
            default:
                break;
        }
    }

    private void Compacted(CompactionRequest compaction)
    {
        CompactRevision = compaction.Revision;
        if (_isSweeping || !compaction.Physical)
        {
            _openCompactions.Add(compaction.Revision);
        }

        _isSweeping = !compaction.Physical;
    }

    /// <summary>Takes note of a watch that was created or cancelled.</summary>
    public void Learn(WatchRequest request, WatchResponse answer)
    {
        if (request.CancelRequest is not null)
        {
            _watches.Remove(answer.WatchId);
        }
        else if (!answer.Canceled)
        {
            _watches.Add(answer.WatchId);
            LatestStart = Math.Max(LatestStart, request.CreateRequest.StartRevision);
        }
    }

    /// <summary>What is compared at the end: everything that is there, once alarms and sweeps have ended.</summary>
    public IEnumerable<IMessage> Last()
    {
        var disarm = _alarms.Select(alarm => new AlarmRequest
        {
            Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = OwnId, Alarm = alarm,
        });
        var every = new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        return
        [
            .. disarm, new CompactionRequest { Revision = Revision, Physical = true },
            every, new LeaseLeasesRequest(), new AlarmRequest(), new HashKVRequest(), new StatusRequest(),
        ];
    }

    private WatchRequest Watch()
    {
        if (_watches.Count >= MostWatches || (_watches.Count > 0 && OneIn(3)))
        {
            long id = _watches.ElementAt(_random.Next(_watches.Count));
            return new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } };
        }

        var create = new WatchCreateRequest
        {
            PrevKv = OneIn(2), Fragment = OneIn(3), ProgressNotify = OneIn(3),
            WatchId = OneIn(2) ? 0 : WatchId(), StartRevision = Start(),
        };
        (create.Key, create.RangeEnd) = Interval();
        if (OneIn(5))
        {
            create.Filters.Add(OneIn(2) ? Filter.Noput : Filter.Nodelete);
        }

        return new WatchRequest { CreateRequest = create };
    }

    /// <summary>An id of the client's choice; -1 is how progress of a whole stream is told.</summary>
    private long WatchId() => OneIn(4) ? -2 - _random.Next(2) : _random.Next(12);

    /// <summary>Where a watch begins; never below 0, which releases before 3.5.30 let pass.</summary>
    private long Start() => _random.Next(4) switch
    {
        0 => Near(),
        // While an alarm refuses writes, the future does not come.
        1 when _alarms.Count == 0 => Revision + _random.Next(4),
        2 => Math.Max(1, Revision - _random.Next(60)),
        _ => 0,
    };

    /// <summary>Alarms are set for a short while, because writes are refused meanwhile.</summary>
    private AlarmRequest Alarm()
    {
        if (_alarms.Count > 0)
        {
            return new AlarmRequest
            {
                Action = AlarmRequest.Types.AlarmAction.Deactivate,
                MemberID = OneIn(3) ? 0 : OwnId,
                Alarm = _alarms.First(),
            };
        }

        return new AlarmRequest
        {
            Action = OneIn(2) ? AlarmRequest.Types.AlarmAction.Get : AlarmRequest.Types.AlarmAction.Activate,
            MemberID = OwnId,
            Alarm = (AlarmType)_random.Next(3),
        };
    }
}
