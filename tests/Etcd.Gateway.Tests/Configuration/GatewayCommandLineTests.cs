using System.Collections;
using System.Net;
using Etcd.Gateway.Configuration;

namespace Etcd.Gateway.Tests.Configuration;

public sealed class GatewayCommandLineTests
{
    [Fact]
    public void Flags_win_over_variables_and_variables_over_defaults()
    {
        var environment = new Hashtable
        {
            ["ETCD_GATEWAY_ENDPOINTS"] = "http://10.0.0.1:2379",
            ["ETCD_GATEWAY_LEADER_WAIT"] = "750ms",
            ["ETCD_GATEWAY_WATCH_ROUTING"] = "leader",
        };

        var options = GatewayCommandLine.Parse(
            ["--endpoints=127.0.0.1:12379,http://127.0.0.1:22379", "--watch-routing", "spread"], environment);

        Assert.Equal([new Uri("http://127.0.0.1:12379"), new Uri("http://127.0.0.1:22379")], options.Members);
        Assert.Equal(TimeSpan.FromMilliseconds(750), options.LeaderWait);
        Assert.True(options.SpreadWatches);
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 2379)], options.Listen);
    }

    [Fact]
    public void Members_come_from_service_discovery_when_nothing_else_names_them()
    {
        var environment = new Hashtable
        {
            ["services__member2__client__0"] = "http://localhost:22379",
            ["services__member1__client__0"] = "http://localhost:12379",
            ["services__member1__peer__0"] = "http://localhost:12380",
            ["ASPNETCORE_URLS"] = "http://localhost:5001;http://*:5002",
        };

        var options = GatewayCommandLine.Parse([], environment);

        Assert.Equal([new Uri("http://localhost:12379"), new Uri("http://localhost:22379")], options.Members);
        Assert.Equal(
            [new IPEndPoint(IPAddress.Loopback, 5001), new IPEndPoint(IPAddress.Any, 5002)], options.Listen);
    }

    [Theory]
    [InlineData("no members", new string[] { })]
    [InlineData("unknown flag \"--what\"", new[] { "--what", "1" })]
    [InlineData("--endpoints needs a value", new[] { "--endpoints" })]
    [InlineData("is not an http URL", new[] { "--endpoints", "https://a:1" })]
    [InlineData("more than scheme, host and port", new[] { "--endpoints", "http://a:1/path" })]
    [InlineData("is not a duration", new[] { "--endpoints", "a:1", "--leader-wait", "5" })]
    [InlineData("is not a duration", new[] { "--endpoints", "a:1", "--poll-interval", "0s" })]
    [InlineData("neither \"spread\" nor \"leader\"", new[] { "--endpoints", "a:1", "--watch-routing", "any" })]
    [InlineData("is not of the form http://host:port", new[] { "--endpoints", "a:1", "--listen", "http://127.0.0.1" })]
    [InlineData("is not an IP address", new[] { "--endpoints", "a:1", "--listen", "http://example:2379" })]
    [InlineData("none of trace", new[] { "--endpoints", "a:1", "--log-level", "loud" })]
    public void What_is_wrong_is_said(string expected, string[] arguments)
    {
        var failure = Assert.Throws<FormatException>(() => GatewayCommandLine.Parse(arguments, new Hashtable()));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_flag_with_its_variable()
    {
        Assert.All(GatewayCommandLine.Flags.Flags, flag =>
        {
            var flags = GatewayCommandLine.Flags;
            Assert.Contains("--" + flag.Name, flags.Help, StringComparison.Ordinal);
            Assert.Contains(flags.VariableOf(flag.Name), flags.Help, StringComparison.Ordinal);
        });
    }
}
