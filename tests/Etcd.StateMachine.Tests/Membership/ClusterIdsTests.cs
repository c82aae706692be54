using Etcd.StateMachine.Membership;
using Xunit;

namespace Etcd.StateMachine.Tests.Membership;

/// <summary>The ids were printed by etcd 3.5.30 for the same URLs and token.</summary>
public sealed class ClusterIdsTests
{
    private const string Token = "tok-leases";
    private const ulong First = 1027102899059496477;
    private const ulong Second = 11645075138577265137;
    private const ulong Third = 5822963093356586533;
    private const ulong Cluster = 15609500826777462109;

    [Theory]
    [InlineData("http://127.0.0.1:44011", First)]
    [InlineData("http://127.0.0.1:44021", Second)]
    [InlineData("http://127.0.0.1:44031", Third)]
    public void Member_id_is_that_of_etcd(string peerUrl, ulong expected) =>
        Assert.Equal(expected, ClusterIds.MemberId([peerUrl], Token));

    [Fact]
    public void Cluster_id_is_that_of_etcd_in_any_order()
    {
        Assert.Equal(Cluster, ClusterIds.ClusterId([First, Second, Third]));
        Assert.Equal(Cluster, ClusterIds.ClusterId([Third, Second, First]));
    }

    [Fact]
    public void Added_member_id_is_made_of_urls_and_time_without_the_token() =>
        Assert.Equal(17341025031087875012UL, ClusterIds.AddedMemberId(["http://127.0.0.1:44041"], 1795229613));

    [Fact]
    public void Member_id_does_not_depend_on_the_order_of_urls() => Assert.Equal(
        ClusterIds.MemberId(["http://a:1", "http://b:2"], Token),
        ClusterIds.MemberId(["http://b:2", "http://a:1"], Token));

    [Theory]
    [InlineData("e4100a51637161d", true, First)]
    [InlineData("E4100A51637161D", true, First)]
    [InlineData("0", true, 0UL)]
    [InlineData("ffffffffffffffff", true, ulong.MaxValue)]
    [InlineData("", false, 0UL)]
    [InlineData("10000000000000000", false, 0UL)]
    [InlineData("xyz", false, 0UL)]
    [InlineData(" 1", false, 0UL)]
    [InlineData("-1", false, 0UL)]
    public void Hexadecimal_id_parses_or_not(string text, bool parses, ulong expected)
    {
        Assert.Equal(parses, ClusterIds.TryParseHex(text, out ulong id));
        Assert.Equal(expected, id);
    }

    [Fact]
    public void Hexadecimal_id_is_printed_without_padding() => Assert.Equal("e4100a51637161d", ClusterIds.ToHex(First));

    [Fact]
    public void Initial_cluster_gives_the_ids_and_first_entries_of_etcd()
    {
        const string Text =
            "m1=http://127.0.0.1:44011,m2=http://127.0.0.1:44021,m3=http://127.0.0.1:44031";

        Assert.True(BootstrapCluster.TryParse(Text, Token, out BootstrapCluster? cluster, out _));

        Assert.Equal(Cluster, cluster.ClusterId);
        Assert.Equal([First, Third, Second], cluster.Members.Select(static member => member.Id));
        Assert.Equal("m3", cluster.FindByName("m3")?.Name);
        Assert.Null(cluster.FindByName("m4"));
        Assert.False(cluster.HasDuplicateUrl());
        Assert.Equal(
            [
                """{"id":1027102899059496477,"peerURLs":["http://127.0.0.1:44011"],"name":"m1"}""",
                """{"id":5822963093356586533,"peerURLs":["http://127.0.0.1:44031"],"name":"m3"}""",
                """{"id":11645075138577265137,"peerURLs":["http://127.0.0.1:44021"],"name":"m2"}""",
            ],
            cluster.FirstChanges().Select(static change => change.Context.ToStringUtf8()));
    }

    [Theory]
    [InlineData("a=http://h:1,a=http://h:2", null)]
    [InlineData("", null)]
    [InlineData(",a=http://h:1,,", null)]
    [InlineData("a", "URL scheme must be http, https, unix, or unixs: ")]
    [InlineData("a=ftp://h:1", "URL scheme must be http, https, unix, or unixs: ftp://h:1")]
    [InlineData("a=http://h", "URL address does not have the form \"host:port\": http://h")]
    [InlineData("a=http://h:1/x", "URL must not contain a path: http://h:1/x")]
    [InlineData("a=http://[::1]:1", null)]
    [InlineData("a=http://::1:1", "URL address does not have the form \"host:port\": http://::1:1")]
    [InlineData("a=http://h:x", "parse \"http://h:x\": invalid port \":x\" after host")]
    [InlineData("a=unix:///tmp/s", null)]
    [InlineData("a=http://h:1,b=http://h:1", "member exists with identical ID")]
    public void Initial_cluster_text_is_checked(string text, string? expected)
    {
        bool parsed = BootstrapCluster.TryParse(text, Token, out BootstrapCluster? cluster, out string? error);

        Assert.Equal(expected is null, parsed);
        Assert.Equal(parsed, cluster is not null);
        if (expected is not null)
        {
            Assert.StartsWith(expected, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Initial_cluster_knows_duplicate_urls()
    {
        Assert.True(BootstrapCluster.TryParse(
            "a=http://h:1,a=http://h:2,b=http://h:2", Token, out BootstrapCluster? cluster, out _));
        Assert.True(cluster.HasDuplicateUrl());
    }
}
