using System.IO.Hashing;
using System.Text;

namespace Etcd.Gateway.Tests.Contracts;

public sealed class XxHash64Tests
{
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Digest_equals_the_published_one(string text, ulong expected)
    {
        Assert.Equal(expected.ToString("X16"), Convert.ToHexString(XxHash64.Hash(Encoding.ASCII.GetBytes(text))));
    }
}
