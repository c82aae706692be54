using System.Text;
using Etcd.StateMachine.Membership;
using Google.Protobuf;
using Xunit;

namespace Etcd.StateMachine.Tests.Membership;

/// <summary>The expected bytes are entries that etcd 3.5.30 wrote to its log.</summary>
public sealed class MembershipRequestsTests
{
    private const ulong First = 1027102899059496477;
    private const ulong Third = 5822963093356586533;
    private const ulong Learner = 17341025031087875012;

    [Fact]
    public void Bootstrap_change_is_etcds_entry()
    {
        string expected = "08001000189dacdcb1d194c0a00e224c"
            + Hex("""{"id":1027102899059496477,"peerURLs":["http://127.0.0.1:44011"],"name":"m1"}""");

        Raftpb.ConfChange change = MembershipRequests.Add(
            0, new ClusterMember(First, "m1", ["http://127.0.0.1:44011"], [], isLearner: false));

        Assert.Equal(expected, Hex(change.ToByteArray()));
    }

    [Fact]
    public void Learner_addition_has_etcds_type_and_context()
    {
        Raftpb.ConfChange change = MembershipRequests.Add(
            7, new ClusterMember(Learner, string.Empty, ["http://127.0.0.1:44041"], [], isLearner: true));

        Assert.Equal(Raftpb.ConfChangeType.ConfChangeAddLearnerNode, change.Type);
        Assert.Equal(
            """{"id":17341025031087875012,"peerURLs":["http://127.0.0.1:44041"],"isLearner":true}""",
            change.Context.ToStringUtf8());
    }

    [Fact]
    public void Update_has_etcds_context() => Assert.Equal(
        """{"id":17341025031087875012,"peerURLs":["http://127.0.0.1:44042","http://127.0.0.1:44043"]}""",
        MembershipRequests.Update(7, Learner, ["http://127.0.0.1:44042", "http://127.0.0.1:44043"])
            .Context.ToStringUtf8());

    [Fact]
    public void Promotion_has_the_mark_and_no_urls()
    {
        Raftpb.ConfChange change = MembershipRequests.Promote(7, Learner);

        Assert.Equal(Raftpb.ConfChangeType.ConfChangeAddNode, change.Type);
        Assert.Equal(
            """{"id":17341025031087875012,"peerURLs":null,"isPromote":true}""",
            change.Context.ToStringUtf8());
    }

    [Fact]
    public void Removal_has_no_context()
    {
        Raftpb.ConfChange change = MembershipRequests.Remove(7, Learner);

        Assert.Equal(Raftpb.ConfChangeType.ConfChangeRemoveNode, change.Type);
        Assert.False(change.HasContext);
    }

    [Fact]
    public void Published_attributes_are_etcds_entry()
    {
        string expected = "0881d49eafc0bfe892a601"
            + "1203" + Hex("PUT")
            + "1a26" + Hex("/0/members/50cf5214ffbaa625/attributes")
            + "2235" + Hex("""{"name":"m3","clientURLs":["http://127.0.0.1:44030"]}""")
            + "2800320038004800500058006000680070007800800100";

        byte[] entry = MembershipRequests.PublishAttributes(
            RequestIdOf(expected), Third, "m3", ["http://127.0.0.1:44030"]).ToByteArray();

        Assert.Equal(expected, Hex(entry));
    }

    [Fact]
    public void Old_request_is_recognised_in_an_entry()
    {
        byte[] entry = MembershipRequests.SetVersion(9, new ClusterVersion(3, 5, 0)).ToByteArray();

        Assert.Throws<InvalidProtocolBufferException>(() => Etcdserverpb.InternalRaftRequest.Parser.ParseFrom(entry));
        Assert.True(V2Requests.TryDecode(entry, out Etcdserverpb.Request? request));
        Assert.Equal(9UL, request.ID);
        Assert.Equal(V2Requests.VersionPath, request.Path);
        Assert.Equal("3.5.0", request.Val);
    }

    [Fact]
    public void Text_is_escaped_as_Go_does()
    {
        string name = "a\"\\<>&\n\r\t\b\f\u0001\u2028\u00e9/'";

        string json = MembershipRequests.PublishAttributes(1, First, name, []).Val;

        Assert.Equal(
            "{\"name\":\"a\\\"\\\\\\u003c\\u003e\\u0026\\n\\r\\t\\b\\f\\u0001\\u2028\u00e9/'\"}",
            json);
        Assert.True(V2Requests.TryParseAttributes(json, out string read, out _));
        Assert.Equal(name, read);
    }

    [Fact]
    public void Attributes_without_name_and_urls_are_an_empty_object() =>
        Assert.Equal("{}", MembershipRequests.PublishAttributes(1, First, string.Empty, []).Val);

    [Theory]
    [InlineData("/0/members/50cf5214ffbaa625/attributes", true)]
    [InlineData("/0/members/5/attributes", true)]
    [InlineData("/0/members//attributes", false)]
    [InlineData("/0/members/x/attributes", false)]
    [InlineData("/0/members/50cf5214ffbaa6255/attributes", false)]
    [InlineData("/0/members/5/raftAttributes", false)]
    [InlineData("/0/members/attributes", false)]
    [InlineData("/1/members/5/attributes", false)]
    [InlineData("", false)]
    public void Attributes_path_is_recognised(string path, bool expected) =>
        Assert.Equal(expected, V2Requests.TryParseAttributesPath(path, out _));

    private static ulong RequestIdOf(string entryHex)
    {
        Assert.True(V2Requests.TryDecode(Convert.FromHexString(entryHex), out Etcdserverpb.Request? request));
        return request.ID;
    }

    private static string Hex(string text) => Hex(Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
