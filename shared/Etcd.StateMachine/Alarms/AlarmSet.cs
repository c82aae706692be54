using Etcd.Ports.Engine;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Alarms;

/// <summary>
/// The alarms of the cluster, pairs of a member and a type, kept in bucket <c>alarm</c>. Any member's alarm counts for
/// all.
/// <para>Thread: changed by the apply loop only; <see cref="Published"/> may be read from any thread.</para>
/// </summary>
public sealed class AlarmSet
{
    private readonly SortedSet<(AlarmType Type, ulong MemberId)> _alarms = [];
    private AlarmMember[] _published = [];

    private AlarmSet()
    {
    }

    /// <summary>The alarms as of the last commit, ordered by type and member. Never modified. Thread-safe.</summary>
    public IReadOnlyList<AlarmMember> Published => Volatile.Read(ref _published);

    /// <summary>True when some member has run out of space: writes that need room are refused.</summary>
    internal bool HasNoSpace { get; private set; }

    /// <summary>True when some member's data is corrupt: all writes to keys and leases are refused.</summary>
    internal bool HasCorrupt { get; private set; }

    /// <summary>Reads the alarms that the engine holds.</summary>
    internal static AlarmSet Open(IKvReader reader)
    {
        var set = new AlarmSet();
        using (IKvCursor cursor = reader.Scan(Bucket.Alarm, [], []))
        {
            while (cursor.MoveNext())
            {
                AlarmMember alarm = AlarmMember.Parser.ParseFrom(cursor.Key);
                set._alarms.Add((alarm.Alarm, alarm.MemberID));
            }
        }

        set.Update();
        set.Publish();
        return set;
    }

    /// <summary>Executes a request. The answer has no header, as in etcd.</summary>
    internal AlarmResponse Apply(AlarmRequest request, IKvBatch batch)
    {
        var response = new AlarmResponse();
        switch (request.Action)
        {
            case AlarmRequest.Types.AlarmAction.Get:
                AddAll(response, request.Alarm);
                break;
            case AlarmRequest.Types.AlarmAction.Activate when request.Alarm != AlarmType.None:
                response.Alarms.Add(Activate(request, batch));
                break;
            case AlarmRequest.Types.AlarmAction.Deactivate when _alarms.Remove((request.Alarm, request.MemberID)):
                AlarmMember removed = Member(request.Alarm, request.MemberID);
                batch.Delete(Bucket.Alarm, removed.ToByteArray());
                response.Alarms.Add(removed);
                Update();
                break;
            default:
                break;
        }

        return response;
    }

    /// <summary>Shows readers the alarms as they are now.</summary>
    internal void Publish() =>
        Volatile.Write(ref _published, [.. _alarms.Select(alarm => Member(alarm.Type, alarm.MemberId))]);

    private static AlarmMember Member(AlarmType type, ulong memberId) => new() { Alarm = type, MemberID = memberId };

    private AlarmMember Activate(AlarmRequest request, IKvBatch batch)
    {
        AlarmMember member = Member(request.Alarm, request.MemberID);
        if (_alarms.Add((request.Alarm, request.MemberID)))
        {
            batch.Put(Bucket.Alarm, member.ToByteArray(), []);
            Update();
        }

        return member;
    }

    private void AddAll(AlarmResponse response, AlarmType type)
    {
        foreach ((AlarmType present, ulong memberId) in _alarms)
        {
            if (type == AlarmType.None || type == present)
            {
                response.Alarms.Add(Member(present, memberId));
            }
        }
    }

    // Differs from etcd: clearing the last alarm of one type does not lift what the other type forbids.
    private void Update()
    {
        HasNoSpace = false;
        HasCorrupt = false;
        foreach ((AlarmType type, _) in _alarms)
        {
            HasNoSpace |= type == AlarmType.Nospace;
            HasCorrupt |= type == AlarmType.Corrupt;
        }
    }
}
