using Etcd.Member.Config;

namespace Etcd.Member.Tests.Config;

/// <summary>Loads configurations from literal arguments, variables and files.</summary>
internal static class ConfigFixture
{
    public static ConfigLoadResult Load(params string[] arguments) => Load(arguments, []);

    public static ConfigLoadResult Load(string[] arguments, Dictionary<string, string> environment) =>
        new ConfigLoader(arguments, environment, File.ReadAllText).Load("/usr/bin/etcd");

    public static ConfigLoadResult LoadFile(string yaml, params string[] arguments) =>
        new ConfigLoader(["--config-file", "etcd.yml", .. arguments], new Dictionary<string, string>(), _ => yaml)
            .Load("/usr/bin/etcd");

    public static MemberConfig Accepted(ConfigLoadResult result)
    {
        Assert.True(result.Config is not null,
            $"refused with {result.ExitCode}: {result.StandardError}{ErrorOf(result)}");
        return result.Config;
    }

    public static string ErrorOf(ConfigLoadResult result) => result.Lines
        .SelectMany(line => line.Fields)
        .Where(field => field.Key == "error")
        .Select(field => (string?)field.Value)
        .FirstOrDefault() ?? "";
}
