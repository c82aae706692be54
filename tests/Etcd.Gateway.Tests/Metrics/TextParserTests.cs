using System.Text;
using Etcd.Metrics.Exposition;

namespace Etcd.Gateway.Tests.Metrics;

public sealed class TextParserTests
{
    [Fact]
    public void Parts_of_a_histogram_belong_to_its_family()
    {
        var parsed = TextParser.Parse("""
            # HELP h Some help.
            # TYPE h histogram
            h_bucket{le="+Inf"} 2
            h_sum 0.5
            h_count 2
            # TYPE c counter
            c_count 1
            """);

        Assert.Equal(["h", "c", "c_count"], parsed.Families.Select(family => family.Name));
        Assert.Equal("Some help.", parsed.Families[0].Help);
        Assert.Equal(["h_bucket", "h_sum", "h_count"], parsed.Families[0].Samples.Select(sample => sample.Name));
        Assert.Equal(0, parsed.BadLineCount);
        Assert.Equal(4, parsed.SampleCount);
    }

    [Theory]
    [InlineData("m 1", "", "1")]
    [InlineData("m{} 1", "", "1")]
    [InlineData("m{a=\"x\"} +Inf", "a=\"x\"", "+Inf")]
    [InlineData("m { a = \"x\" , b=\"y}\\\"\" , } -1.5e-7 17", "a = \"x\" , b=\"y}\\\"\"", "-1.5e-7 17")]
    [InlineData("m{a=\"\"}NaN", "a=\"\"", "NaN")]
    public void Good_line_is_read(string line, string labels, string value)
    {
        var parsed = TextParser.Parse(line);

        var sample = Assert.Single(Assert.Single(parsed.Families).Samples);
        Assert.Equal(new Sample("m", labels, value), sample);
    }

    [Theory]
    [InlineData("m")]
    [InlineData("m one")]
    [InlineData("m 1 2 3")]
    [InlineData("m{a=\"x\" 1")]
    [InlineData("m{a=\"x} 1")]
    [InlineData("m{a=x} 1")]
    [InlineData("m{,} 1")]
    [InlineData("m{1a=\"x\"} 1")]
    [InlineData("m{a=\"x\"b=\"y\"} 1")]
    [InlineData("m{a=\"x\\")]
    [InlineData("m-n 1")]
    [InlineData("1m 1")]
    [InlineData("{a=\"b\"} 1")]
    [InlineData("# TYPE m thing")]
    [InlineData("# HELP 1m")]
    [InlineData("<html>")]
    public void Bad_line_is_counted_and_left_out(string line)
    {
        var parsed = TextParser.Parse(line + "\ngood 1\n");

        Assert.Equal(1, parsed.BadLineCount);
        Assert.Equal("good", Assert.Single(parsed.Families.SelectMany(family => family.Samples)).Name);
    }

    [Fact]
    public void Garbage_never_throws_and_what_is_read_can_be_read_again()
    {
        const string Alphabet = "am_:{}=\",\\ \t\n#10.e+-NHELPTYcounter";
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(60); length > 0; length--)
            {
                text.Append(Alphabet[random.Next(Alphabet.Length)]);
            }

            var parsed = TextParser.Parse(text.ToString());
            var again = TextParser.Parse(Encoding.UTF8.GetString(TextWriterFormat.Write(parsed.Families.ToArray())));
            Assert.Equal(0, again.BadLineCount);
            Assert.Equal(parsed.SampleCount, again.SampleCount);
        }
    }
}
