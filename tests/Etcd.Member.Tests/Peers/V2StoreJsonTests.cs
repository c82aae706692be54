using System.Text.Json;
using Etcd.Member.Peers;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Tests.Peers;

public sealed class V2StoreJsonTests
{
    [Fact]
    public void Empty_membership_still_has_both_name_spaces()
    {
        var root = JsonDocument.Parse(V2StoreJson.Write(ClusterMembership.Empty)).RootElement;

        var children = root.GetProperty("Root").GetProperty("Children");
        Assert.Equal(JsonValueKind.Object, children.GetProperty("0").GetProperty("Children").ValueKind);
        Assert.Equal(JsonValueKind.Object, children.GetProperty("1").GetProperty("Children").ValueKind);
        Assert.Equal(2, root.GetProperty("CurrentVersion").GetInt32());
    }
}
