namespace Etcd.Member.Tests.Config;

public sealed class EnvironmentTests
{
    [Fact]
    public void Variable_sets_a_flag_that_is_not_given()
    {
        var result = ConfigFixture.Load([], new() { ["ETCD_NAME"] = "n7", ["ETCD_SNAPSHOT_COUNT"] = "" });

        Assert.Equal("n7", ConfigFixture.Accepted(result).Name);
        Assert.Equal(100_000UL, result.Config!.SnapshotCount);
        var line = Assert.Single(result.Lines, line => line.Message == "recognized and used environment variable");
        Assert.Equal("ETCD_NAME", line.Fields[0].Value);
    }

    [Fact]
    public void Variable_beside_its_flag_is_fatal_even_with_the_same_value()
    {
        var result = ConfigFixture.Load(["--name=a"], new() { ["ETCD_NAME"] = "a" });

        Assert.Equal(1, result.ExitCode);
        var line = result.Lines[^1];
        Assert.Equal("fatal", line.Level);
        Assert.Equal(
            "conflicting environment variable is shadowed by corresponding command-line flag "
                + "(either unset environment variable or disable flag))",
            line.Message);
        Assert.Equal(("environment-variable", "ETCD_NAME"), (line.Fields[0].Key, (string?)line.Fields[0].Value));
    }

    [Fact]
    public void Unknown_variable_only_warns()
    {
        var result = ConfigFixture.Load([], new() { ["ETCD_ON_K8S"] = "yes", ["PATH"] = "/bin" });

        ConfigFixture.Accepted(result);
        var line = Assert.Single(result.Lines, line => line.Message == "unrecognized environment variable");
        Assert.Equal("ETCD_ON_K8S=yes", line.Fields[0].Value);
    }

    [Fact]
    public void Bad_value_names_the_variable()
    {
        var result = ConfigFixture.Load([], new() { ["ETCD_SNAPSHOT_COUNT"] = "x" });

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("invalid value \"x\" for ETCD_SNAPSHOT_COUNT: parse error", ConfigFixture.ErrorOf(result));
    }
}
