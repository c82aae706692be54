using Etcd.Member.Config.Values;

namespace Etcd.Member.Tests.Config;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", "0s")]
    [InlineData("5s", "5s")]
    [InlineData("1h", "1h0m0s")]
    [InlineData("10m", "10m0s")]
    [InlineData("1h30m5.5s", "1h30m5.5s")]
    [InlineData("100ms", "100ms")]
    [InlineData("1.5ms", "1.5ms")]
    [InlineData("20us", "20µs")]
    [InlineData("-2s", "-2s")]
    [InlineData("5000000000ns", "5s")]
    [InlineData("72h", "72h0m0s")]
    public void Duration_is_read_and_written_as_go_does(string text, string expected)
    {
        Assert.True(GoDuration.TryParse(text, out var value));
        Assert.Equal(expected, GoDuration.Format(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1d")]
    [InlineData("1h-5m")]
    [InlineData("99999999999h")]
    public void Other_text_is_no_duration(string text) => Assert.False(GoDuration.TryParse(text, out _));
}
