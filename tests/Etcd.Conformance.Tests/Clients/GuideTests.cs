using System.Text.RegularExpressions;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Clients;

/// <summary>The examples of etcd's guide, as they stand there.</summary>
public sealed partial class GuideTests(ThreeSystems systems) : IClassFixture<ThreeSystems>
{
    [Fact]
    public Task Curl_examples_of_the_guide_give_the_same() => systems.SameAsync(async endpoint =>
        Ids().Replace((await ForeignClients.RunShellAsync("guide-curl.sh", endpoint)).Replace(" ", ""), "$1ID"));

    [GeneratedRegex("(\"(?:cluster_id|member_id|raft_term)\":\")\\d+")]
    private static partial Regex Ids();
}
