using Etcd.Protocol.Text;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Protocol.Tests;

/// <summary>What is written by hand, for the others are written by their descriptors.</summary>
public sealed class LoggableRequestTests
{
    [Fact]
    public void Put_has_all_its_fields_in_the_order_of_the_proto()
    {
        var put = new PutRequest
        {
            Key = ByteString.CopyFrom(0, (byte)'"', 200, (byte)'a'),
            Value = ByteString.CopyFromUtf8("secret"),
            Lease = -77,
            PrevKv = true,
            IgnoreValue = true,
            IgnoreLease = true,
        };
        var header = new RequestHeader { ID = ulong.MaxValue, Username = "me\n", AuthRevision = 9 };

        Assert.Equal(
            """header:<ID:18446744073709551615 username:"me\n" auth_revision:9 > """
            + """put:<key:"\000\"\310a" value_size:6 lease:-77 prev_kv:true ignore_value:true ignore_lease:true >""",
            LoggableRequest.Of(new InternalRaftRequest { Header = header, Put = put }));
    }

    [Fact]
    public void Put_without_its_fields_is_empty()
    {
        Assert.Equal("header:<> put:<>", LoggableRequest.Of(new InternalRaftRequest { Put = new PutRequest() }));
        Assert.Equal("", LoggableRequest.Of(new PutRequest()));
    }

    [Fact]
    public void Every_field_of_the_proto_is_known()
    {
        Assert.Equal(
            ["key", "value", "lease", "prev_kv", "ignore_value", "ignore_lease"],
            PutRequest.Descriptor.Fields.InDeclarationOrder().Select(static field => field.Name));
        Assert.Equal(
            ["ID", "username", "auth_revision"],
            RequestHeader.Descriptor.Fields.InDeclarationOrder().Select(static field => field.Name));
    }
}
