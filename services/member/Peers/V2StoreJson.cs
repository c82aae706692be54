using System.Text.Json;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Peers;

/// <summary>
/// The membership as etcd 3.5 expects it in the data of a raft snapshot: its version 2 store in JSON
/// (etcd's <c>v2store.Recovery</c>, <c>membership.membersFromStore</c>).
/// </summary>
/// <remarks>
/// <code>
/// /0/members/ID/raftAttributes {"peerURLs":[…],"isLearner":true}
/// /0/members/ID/attributes     {"name":…,"clientURLs":[…]}
/// /0/removed_members/ID        removed
/// /0/version                   3.5.0
/// </code>
/// </remarks>
internal static class V2StoreJson
{
    private const string NeverExpires = "0001-01-01T00:00:00Z";

    /// <summary>Encodes a membership.</summary>
    public static byte[] Write(ClusterMembership membership)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName("Root");
            WriteDirectory(json, "/", () =>
            {
                json.WritePropertyName("0");
                WriteDirectory(json, "/0", () => WriteCluster(json, membership));
                json.WritePropertyName("1");
                WriteDirectory(json, "/1", () => { });
            });
            json.WriteNumber("CurrentIndex", 1);
            json.WriteNumber("CurrentVersion", 2);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteCluster(Utf8JsonWriter json, ClusterMembership membership)
    {
        json.WritePropertyName("members");
        WriteDirectory(json, "/0/members", () =>
        {
            foreach (var member in membership.Members)
            {
                WriteMember(json, member);
            }
        });
        json.WritePropertyName("removed_members");
        WriteDirectory(json, "/0/removed_members", () =>
        {
            foreach (var id in membership.RemovedIds)
            {
                WriteLeaf(json, "/0/removed_members/", MemberIds.Text(id), "removed");
            }
        });
        if (membership.Version is { } version)
        {
            WriteLeaf(json, "/0/", "version", version.ToString());
        }
    }

    private static void WriteMember(Utf8JsonWriter json, ClusterMember member)
    {
        var id = MemberIds.Text(member.Id);
        var path = "/0/members/" + id;
        json.WritePropertyName(id);
        WriteDirectory(json, path, () =>
        {
            WriteLeaf(json, path + "/", "raftAttributes", RaftAttributes(member));
            if (member.IsStarted)
            {
                WriteLeaf(json, path + "/", "attributes", Attributes(member));
            }
        });
    }

    private static string RaftAttributes(ClusterMember member) => Object(json =>
    {
        WriteUrls(json, "peerURLs", member.PeerUrls);
        if (member.IsLearner)
        {
            json.WriteBoolean("isLearner", true);
        }
    });

    private static string Attributes(ClusterMember member) => Object(json =>
    {
        json.WriteString("name", member.Name);
        WriteUrls(json, "clientURLs", member.ClientUrls);
    });

    private static string Object(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteUrls(Utf8JsonWriter json, string name, IReadOnlyList<string> urls)
    {
        json.WriteStartArray(name);
        foreach (var url in urls)
        {
            json.WriteStringValue(url);
        }

        json.WriteEndArray();
    }

    private static void WriteDirectory(Utf8JsonWriter json, string path, Action children)
    {
        WriteHead(json, path, "");
        json.WriteStartObject("Children");
        children();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLeaf(Utf8JsonWriter json, string parent, string name, string value)
    {
        json.WritePropertyName(name);
        WriteHead(json, parent + name, value);
        json.WriteNull("Children");
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, string path, string value)
    {
        json.WriteStartObject();
        json.WriteString("Path", path);
        json.WriteNumber("CreatedIndex", 1);
        json.WriteNumber("ModifiedIndex", 1);
        json.WriteString("ExpireTime", NeverExpires);
        json.WriteString("Value", value);
    }
}
