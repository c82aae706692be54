using Etcd.Protocol.Errors;

namespace Etcd.Protocol.Tests;

public sealed class ErrorTableTests
{
    [Fact]
    public void Table_has_one_row_for_each_code_in_order()
    {
        EtcdErrorCode[] codes = [.. Enum.GetValues<EtcdErrorCode>().Where(code => code != EtcdErrorCode.Other)];

        Assert.Equal(codes, EtcdErrors.All.Select(error => error.Code));
    }

    [Fact]
    public void Every_property_returns_the_error_of_its_name()
    {
        foreach (EtcdError error in EtcdErrors.All)
        {
            object? value = typeof(EtcdErrors).GetProperty(error.Code.ToString())?.GetValue(null);
            Assert.Same(error, value);
        }
    }

    [Fact]
    public void Every_text_leads_back_to_its_error()
    {
        foreach (EtcdError error in EtcdErrors.All)
        {
            Assert.Same(error, EtcdErrors.FromText(error.Message));
            Assert.Same(error, EtcdErrors.FromStatus(error.GrpcStatusCode, error.Message));
        }
    }

    [Fact]
    public void Text_outside_the_table_keeps_its_status()
    {
        EtcdError error = EtcdErrors.FromStatus(GrpcStatusCode.Internal, "boom");

        Assert.Null(EtcdErrors.FromText("boom"));
        Assert.Equal(EtcdErrorCode.Other, error.Code);
        Assert.Equal(GrpcStatusCode.Internal, error.GrpcStatusCode);
        Assert.Equal("boom", error.Message);
    }

    [Theory]
    [InlineData(EtcdErrorCode.Compacted, 11, "etcdserver: mvcc: required revision has been compacted")]
    [InlineData(EtcdErrorCode.NoSpace, 8, "etcdserver: mvcc: database space exceeded")]
    [InlineData(EtcdErrorCode.TooManyRequests, 2, "etcdserver: too many requests")]
    [InlineData(EtcdErrorCode.NotCapable, 14, "etcdserver: not capable")]
    [InlineData(EtcdErrorCode.NotEnoughStartedMembers, 2,
        "etcdserver: re-configuration failed due to not enough started members")]
    [InlineData(EtcdErrorCode.ContextDeadlineExceeded, 4, "context deadline exceeded")]
    public void Error_has_the_status_and_text_that_clients_see(EtcdErrorCode code, int status, string text)
    {
        EtcdError error = EtcdErrors.Of(code);

        Assert.Equal((GrpcStatusCode)status, error.GrpcStatusCode);
        Assert.Equal(text, error.Message);
    }

    [Fact]
    public void Go_text_is_what_watch_clients_compare() =>
        Assert.Equal(
            "rpc error: code = PermissionDenied desc = etcdserver: permission denied",
            EtcdErrors.PermissionDenied.ToGoText());
}
