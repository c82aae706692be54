using Etcd.Client.Calls;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Client.Tests;

public sealed class RetryRulesTests
{
    private static readonly HttpRequestException NotConnected = new(HttpRequestError.ConnectionError);
    private static readonly HttpRequestException Broken = new(HttpRequestError.ResponseEnded);

    [Fact]
    public void Read_is_repeated_after_any_unavailable() =>
        Assert.True(RetryRules.MayRetry(Unavailable("etcdserver: leader changed", Broken), readOnly: true));

    [Fact]
    public void Write_is_not_repeated_once_it_may_have_been_sent() =>
        Assert.False(RetryRules.MayRetry(Unavailable("reset", Broken), readOnly: false));

    [Fact]
    public void Write_is_not_repeated_after_an_answer_of_the_server() =>
        Assert.False(RetryRules.MayRetry(Unavailable("etcdserver: request timed out", null), readOnly: false));

    [Fact]
    public void Write_is_repeated_when_no_connection_was_made() =>
        Assert.True(RetryRules.MayRetry(Unavailable("connect", NotConnected), readOnly: false));

    [Fact]
    public void Write_is_repeated_when_a_learner_refused_it() =>
        Assert.True(RetryRules.MayRetry(
            Unavailable("etcdserver: rpc not supported for learner", null), readOnly: false));

    [Fact]
    public void Nothing_is_repeated_after_an_error_of_the_request() =>
        Assert.False(RetryRules.MayRetry(
            new RpcException(new Status(StatusCode.InvalidArgument, "etcdserver: key is not provided")),
            readOnly: true));

    [Fact]
    public void Transaction_is_a_read_only_without_writes_in_either_branch()
    {
        RequestOp range = new() { RequestRange = new RangeRequest() };
        RequestOp put = new() { RequestPut = new PutRequest() };
        TxnRequest reads = new() { Success = { range } };
        TxnRequest writes = new() { Success = { range }, Failure = { put } };
        TxnRequest nested = new() { Success = { new RequestOp { RequestTxn = writes } } };

        Assert.True(RetryRules.IsReadOnly("/etcdserverpb.KV/Txn", reads));
        Assert.False(RetryRules.IsReadOnly("/etcdserverpb.KV/Txn", writes));
        Assert.False(RetryRules.IsReadOnly("/etcdserverpb.KV/Txn", nested));
    }

    private static RpcException Unavailable(string text, Exception? cause) =>
        new(new Status(StatusCode.Unavailable, text, cause));
}
