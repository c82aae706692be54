using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests;

/// <summary>
/// Runs every file of Scenarios. With the environment variable ETCD_RAFT_REWRITE=1 the files in the source tree are
/// rewritten with what the commands print; the difference is then to be read, not just committed.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    public static TheoryData<string> Files =>
        new(Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Scenario_prints_what_the_file_expects(string name)
    {
        ScenarioFile file = ScenarioFile.Read(Path.Combine(Folder, name));
        ScenarioRunner runner = new();
        bool rewrite = Environment.GetEnvironmentVariable("ETCD_RAFT_REWRITE") == "1";
        Dictionary<ScenarioCommand, string> outputs = [];
        foreach (ScenarioCommand command in file.Commands)
        {
            outputs[command] = runner.Run(command);
            if (!rewrite && outputs[command] != command.Expected)
            {
                Assert.Fail(
                    $"{name}:{command.LineNumber}: {command.Line}\nexpected:\n{command.Expected}\nactual:\n"
                    + outputs[command]);
            }
        }

        if (rewrite)
        {
            file.Rewrite(Path.Combine(SourceFolder(), name), outputs);
        }
    }

    private static string SourceFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Aspire.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "tests", "Etcd.Raft.Tests", "Scenarios");
    }
}
