using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The requests to etcd's old store by which a member of release 3.5 publishes its attributes and the cluster
/// version. In the log such an entry is a bare <c>etcdserverpb.Request</c>, not an <c>InternalRaftRequest</c>
/// (<c>v2_server.go: processRaftRequest</c>); field 2 of the latter is accepted too. Thread-safe.
/// </summary>
public static class V2Requests
{
    /// <summary>The only method with a meaning here.</summary>
    public const string Put = "PUT";

    /// <summary>Path of the cluster version.</summary>
    public const string VersionPath = "/0/version";

    private const string MembersPrefix = "/0/members/";
    private const string AttributesSuffix = "/attributes";

    /// <summary>
    /// Decodes the data of an entry that is no <c>InternalRaftRequest</c>. The two cannot be confused: the method, in
    /// field 2, does not parse as the message that <c>InternalRaftRequest</c> has there.
    /// </summary>
    /// <param name="entryData">The whole data of a normal entry.</param>
    /// <param name="request">The request, or null.</param>
    public static bool TryDecode(ReadOnlySpan<byte> entryData, [NotNullWhen(true)] out Etcdserverpb.Request? request)
    {
        try
        {
            request = Etcdserverpb.Request.Parser.ParseFrom(entryData);
            return request.HasMethod;
        }
        catch (InvalidProtocolBufferException)
        {
            // The parser reports foreign bytes only this way; the caller decides what such an entry means.
            request = null;
            return false;
        }
    }

    /// <summary>The path under which a member publishes its attributes.</summary>
    public static string AttributesPath(ulong memberId) =>
        MembersPrefix + ClusterIds.ToHex(memberId) + AttributesSuffix;

    /// <summary>The member id in such a path; false for any other path.</summary>
    public static bool TryParseAttributesPath(string path, out ulong memberId)
    {
        ArgumentNullException.ThrowIfNull(path);
        memberId = 0;
        return path.Length > MembersPrefix.Length + AttributesSuffix.Length
            && path.StartsWith(MembersPrefix, StringComparison.Ordinal)
            && path.EndsWith(AttributesSuffix, StringComparison.Ordinal)
            && ClusterIds.TryParseHex(path.AsSpan(MembersPrefix.Length..^AttributesSuffix.Length), out memberId);
    }

    /// <summary>The name and client URLs in the value of an attributes request; false when it is not JSON.</summary>
    public static bool TryParseAttributes(string value, out string name, out IReadOnlyList<string> clientUrls)
    {
        bool read = MemberJson.TryRead(Encoding.UTF8.GetBytes(value), out MemberJson.Fields fields);
        name = fields.Name;
        clientUrls = fields.ClientUrls;
        return read;
    }
}
