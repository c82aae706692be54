using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Etcd.Member.Json;

namespace Etcd.Member.Tests.Json;

public sealed class GoJsonScannerTests
{
    private const int Limit = 1000;

    [Theory]
    [InlineData("", null)]
    [InlineData(" \r\n\t", null)]
    [InlineData("x", "invalid character 'x' looking for beginning of value")]
    [InlineData("\u00e9", "invalid character '\u00c3' looking for beginning of value")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("{\"a\":tru", "unexpected EOF")]
    [InlineData("-", "unexpected EOF")]
    [InlineData("{a", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\" 1", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"", "invalid character '\"' after object key:value pair")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"a\u0001b\"", "invalid character '\\x01' in string literal")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    [InlineData("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("-a", "invalid character 'a' in numeric literal")]
    [InlineData("1.a", "invalid character 'a' after decimal point in numeric literal")]
    [InlineData("1ex", "invalid character 'x' in exponent of numeric literal")]
    [InlineData("nul ", "invalid character ' ' in literal null (expecting 'l')")]
    [InlineData("trap", "invalid character 'a' in literal true (expecting 'u')")]
    public async Task Text_that_is_no_value_is_refused_with_gos_words(string text, string? error)
    {
        var (values, failure) = await ReadAllAsync(Encoding.UTF8.GetBytes(text), chunkBytes: 2);

        Assert.Empty(values);
        Assert.Equal(error, failure);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("12", "12")]
    [InlineData(
        " {\"a\":[1,-0.5e+7,true,false,null,{\"b\":\"\\u00e9\\\"}\"}]} ",
        "{\"a\":[1,-0.5e+7,true,false,null,{\"b\":\"\\u00e9\\\"}\"}]}")]
    [InlineData("{}{\"a\":1}\n[2]", "{}", "{\"a\":1}", "[2]")]
    [InlineData("1 true \"x\" 0", "1", "true", "\"x\"", "0")]
    public async Task Values_are_found_however_the_body_is_cut(string text, params string[] expected)
    {
        for (var chunkBytes = 1; chunkBytes <= text.Length; chunkBytes++)
        {
            var (values, failure) = await ReadAllAsync(Encoding.UTF8.GetBytes(text), chunkBytes);

            Assert.Null(failure);
            Assert.Equal(expected.Length == 0 ? [text] : expected, values);
        }
    }

    [Fact]
    public async Task Value_is_there_before_the_body_goes_on()
    {
        var pipe = new Pipe();
        var reader = new JsonValueReader(pipe.Reader, Limit);
        var reading = reader.ReadAsync(CancellationToken.None).AsTask();
        await pipe.Writer.WriteAsync("{\"a\":"u8.ToArray());
        Assert.False(reading.IsCompleted);

        await pipe.Writer.WriteAsync("1}"u8.ToArray());

        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString((await reading).Value!));
    }

    [Fact]
    public async Task Depth_and_length_are_limited()
    {
        var deep = Encoding.UTF8.GetBytes(new string('[', GoJsonScanner.MaxDepth + 1));
        var reader = new JsonValueReader(PipeReader.Create(new MemoryStream(deep)), deep.Length);
        var (_, tooDeep) = await reader.ReadAsync(CancellationToken.None);
        Assert.Equal("invalid character '[' exceeded max depth", tooDeep?.Message);

        var text = Encoding.UTF8.GetBytes('"' + new string('a', Limit) + '"');
        var (_, failure) = await ReadAllAsync(text, chunkBytes: 500);
        Assert.StartsWith("grpc: received message larger than max (", failure, StringComparison.Ordinal);
    }

    /// <summary>What the scanner takes for a value, .NET's reader takes for one too, and the reverse.</summary>
    [Fact]
    public async Task Garbage_is_judged_as_by_another_parser()
    {
        var random = new Random(20260214);
        var pieces = "{ } [ ] : , \" \\ 0 1 - . e + true null a \"k\":1 {\"k\":[]} \\u00e9 \"x\"".Split(' ');
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(random.GetItems(pieces, random.Next(1, 9)));
            var (values, _) = await ReadAllAsync(Encoding.UTF8.GetBytes(text), chunkBytes: 64);
            var isOne = values.Count == 1 && values[0] == text;

            Assert.True(isOne == IsJson(text), $"{text}: scanner {isOne}");
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<(List<string> Values, string? Failure)> ReadAllAsync(byte[] body, int chunkBytes)
    {
        var options = new StreamPipeReaderOptions(bufferSize: chunkBytes, minimumReadSize: 1);
        var reader = new JsonValueReader(PipeReader.Create(new MemoryStream(body), options), Limit);
        List<string> values = [];
        while (true)
        {
            var (value, failure) = await reader.ReadAsync(CancellationToken.None);
            if (value is null)
            {
                return (values, failure?.Message);
            }

            values.Add(Encoding.UTF8.GetString(value));
        }
    }
}
