using System.Text;
using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Membership;

/// <content>The rows of the buckets members, members_removed and cluster (storage format of etcd).</content>
public sealed partial class MembershipState
{
    private static ReadOnlySpan<byte> VersionKey => "clusterVersion"u8;

    private static ReadOnlySpan<byte> DowngradeKey => "downgrade"u8;

    private static ReadOnlySpan<byte> RemovedValue => "removed"u8;

    /// <summary>Reads the membership that an engine holds and publishes it.</summary>
    /// <param name="reader">The engine, or a snapshot of it.</param>
    /// <param name="maxLearners">Learners allowed at a time, at least 1; the same on every member.</param>
    /// <exception cref="InvalidDataException">A row is not what etcd writes.</exception>
    public static MembershipState Open(IKvReader reader, int maxLearners)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLearners, 1);
        MembershipState state = new(maxLearners);
        state.LoadMembers(reader);
        state.LoadRemoved(reader);
        state.LoadCluster(reader);
        state.Publish();
        return state;
    }

    private void LoadMembers(IKvReader reader)
    {
        using IKvCursor cursor = reader.Scan(Bucket.Members, [], []);
        while (cursor.MoveNext())
        {
            ulong id = ParseId(cursor.Key);
            if (!MemberJson.TryRead(cursor.Value, out MemberJson.Fields row))
            {
                throw new InvalidDataException($"row of member {ClusterIds.ToHex(id)} is not a member");
            }

            _members[id] = new ClusterMember(id, row.Name, row.PeerUrls, row.ClientUrls, row.IsLearner);
        }
    }

    private void LoadRemoved(IKvReader reader)
    {
        using IKvCursor cursor = reader.Scan(Bucket.MembersRemoved, [], []);
        while (cursor.MoveNext())
        {
            _removed.Add(ParseId(cursor.Key));
        }
    }

    private void LoadCluster(IKvReader reader)
    {
        byte[]? version = reader.Get(Bucket.Cluster, VersionKey);
        if (version is not null)
        {
            string text = Encoding.UTF8.GetString(version);
            _version = ClusterVersion.TryParse(text, out ClusterVersion parsed)
                ? parsed
                : throw new InvalidDataException($"cluster version \"{text}\" is not a version");
        }

        byte[]? downgrade = reader.Get(Bucket.Cluster, DowngradeKey);
        if (downgrade is not null)
        {
            _downgrade = MemberJson.TryRead(downgrade, out MemberJson.Fields row)
                ? new DowngradeState(row.Enabled, row.TargetVersion)
                : throw new InvalidDataException("downgrade row is not what etcd writes");
        }
    }

    private static ulong ParseId(ReadOnlySpan<byte> key)
    {
        string text = Encoding.UTF8.GetString(key);
        return ClusterIds.TryParseHex(text, out ulong id)
            ? id
            : throw new InvalidDataException($"member key \"{text}\" is not a hexadecimal id");
    }

    private void Save(ClusterMember member, IKvBatch batch)
    {
        _current = null;
        _members[member.Id] = member;
        batch.Put(Bucket.Members, Key(member.Id), MemberJson.WriteMember(member, isPromote: false));
    }

    private void Remove(ulong id, IKvBatch batch)
    {
        _current = null;
        _members.Remove(id);
        _removed.Add(id);
        batch.Put(Bucket.MembersRemoved, Key(id), RemovedValue);
        batch.Delete(Bucket.Members, Key(id));
    }

    private void SaveVersion(ClusterVersion version, IKvBatch batch)
    {
        _current = null;
        batch.Put(Bucket.Cluster, VersionKey, Encoding.UTF8.GetBytes(version.ToString()));
    }

    private void SaveDowngrade(DowngradeState state, IKvBatch batch)
    {
        _current = null;
        batch.Put(Bucket.Cluster, DowngradeKey, MemberJson.WriteDowngrade(state));
    }

    private static byte[] Key(ulong id) => Encoding.UTF8.GetBytes(ClusterIds.ToHex(id));
}
