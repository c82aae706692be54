using System.Text;
using Etcd.Benchmarks.Http2;

namespace Etcd.Benchmarks.Tests;

/// <summary>The examples of RFC 7541, appendix C, and blocks as gRPC servers send them.</summary>
public sealed class ResponseHeadersTests
{
    [Theory]
    [InlineData("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com")]
    [InlineData("a8eb10649cbf", "no-cache")]
    [InlineData("aec3771a4b", "private")]
    [InlineData("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT")]
    public void Huffman_string_decodes_to_the_text_of_the_rfc(string coded, string text)
    {
        byte[] decoded = new byte[100];

        int length = HuffmanCode.Decode(Convert.FromHexString(coded), decoded);

        Assert.Equal(text, Encoding.ASCII.GetString(decoded, 0, Math.Max(length, 0)));
    }

    [Theory]
    [InlineData("ffffffff")]
    [InlineData("f1e3c2e5f23a6ba0ab90f4")]
    public void Huffman_string_with_bad_padding_or_a_long_code_is_refused(string coded) =>
        Assert.Equal(-1, HuffmanCode.Decode(Convert.FromHexString(coded), new byte[100]));

    [Fact]
    public void Status_is_found_as_literal_and_from_the_table()
    {
        var headers = new ResponseHeaders();
        byte[] first = [0x88, 0x40, 11, .. "grpc-status"u8, 1, (byte)'0'];
        byte[] second = [0x88, 0xBE];

        headers.Decode(first);
        Assert.Equal((200, 0), (headers.HttpStatus, headers.GrpcStatus));
        headers.Decode(second);
        Assert.Equal((200, 0), (headers.HttpStatus, headers.GrpcStatus));
    }

    [Fact]
    public void Error_brings_its_status_and_text()
    {
        var headers = new ResponseHeaders();

        headers.Decode([0x00, 11, .. "grpc-status"u8, 2, .. "14"u8, 0x00, 12, .. "grpc-message"u8, 4, .. "gone"u8]);

        Assert.Equal((14, "gone"), (headers.GrpcStatus, headers.GrpcMessage));
    }

    [Fact]
    public void Garbage_is_refused_with_a_clear_error_or_understood()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] block = new byte[random.Next(40)];
            random.NextBytes(block);
            try
            {
                new ResponseHeaders().Decode(block);
            }
            catch (LoadException refused)
            {
                Assert.Contains("server", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Request_headers_shrink_to_six_bytes_once_the_server_knows_them()
    {
        var headers = new RequestHeaders("127.0.0.1:2379");

        int first = headers.BlockFor(GrpcMethod.Put).Length;
        _ = headers.BlockFor(GrpcMethod.Range);
        byte[] put = headers.BlockFor(GrpcMethod.Put).ToArray();
        byte[] range = headers.BlockFor(GrpcMethod.Range).ToArray();

        Assert.True(first > 60);
        Assert.Equal([0x83, 0x86, 0xC2, 0xC1, 0xC0, 0xBF], put);
        Assert.Equal([0x83, 0x86, 0xBE, 0xC1, 0xC0, 0xBF], range);
    }
}
