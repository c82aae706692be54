using Etcd.Simulator.Cli;

namespace Etcd.Simulator.Tests;

public sealed class ArgumentsTests
{
    [Fact]
    public void Options_are_understood()
    {
        (Arguments? arguments, _) = Arguments.Parse(
            ["--seeds", "7", "--from", "3", "--scenario", "crash", "--minutes", "0.5", "--bug", "reads-locally",
                "--twice", "--keep-going", "--trace", "0"]);

        Assert.Equal(
            (7, 3, "crash", 0.5, "reads-locally", true, true, 0),
            (arguments!.Seeds, arguments.From, arguments.Scenario, arguments.Minutes, arguments.BugName,
                arguments.Twice, arguments.KeepGoing, arguments.TraceLines));
    }

    [Fact]
    public void Time_alone_means_as_many_seeds_as_it_allows()
    {
        (Arguments? arguments, _) = Arguments.Parse(["--minutes", "2", "--from", "10"]);

        Assert.True(arguments!.Seeds > 1_000_000);
    }

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--from", "2147483600", "--seeds", "100")]
    [InlineData("--minutes", "-1")]
    [InlineData("--scenario", "sunshine")]
    [InlineData("--bug", "none")]
    [InlineData("--trace", "-1")]
    [InlineData("--colour", "red")]
    [InlineData("12")]
    public void Option_that_is_not_understood_is_named(params string[] args)
    {
        (Arguments? arguments, string error) = Arguments.Parse(args);

        Assert.Null(arguments);
        Assert.StartsWith(args[0], error, StringComparison.Ordinal);
    }
}
