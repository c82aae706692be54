using System.Buffers;
using System.Text;
using Etcd.ServiceDefaults.Plaintext;

namespace Etcd.Gateway.Tests.Plaintext;

public sealed class Http2PrefaceTests
{
    [Fact]
    public void Preface_is_undecided_until_its_last_byte()
    {
        var preface = Http2Preface.Bytes.ToArray();
        for (var length = 0; length < preface.Length; length++)
        {
            Assert.Equal(PrefaceMatch.Undecided, Http2Preface.Match(new ReadOnlySequence<byte>(preface[..length])));
        }

        Assert.Equal(PrefaceMatch.Yes, Http2Preface.Match(new ReadOnlySequence<byte>(preface)));
        Assert.Equal(PrefaceMatch.Yes, Http2Preface.Match(new ReadOnlySequence<byte>([.. preface, 0, 0, 18, 4])));
    }

    [Theory]
    [InlineData("G")]
    [InlineData("PUT /")]
    [InlineData("PRI * HTTP/1.1\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX")]
    public void Anything_else_is_not_http2(string text)
    {
        Assert.Equal(PrefaceMatch.No, Http2Preface.Match(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text))));
    }
}
