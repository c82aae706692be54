using System.Text.RegularExpressions;

namespace Etcd.Repo.Tests;

/// <summary>What every file of the repository keeps to.</summary>
public sealed partial class TidinessTests
{
    /// <summary>A file beyond this holds two duties.</summary>
    private const int LongestFileLines = 500;

    private const int LongestLineColumns = 140;

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("Aspire.sln").Replace('\\', '/');

        Assert.All(Repository.Files("*.csproj"), project => Assert.Contains(project, solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Source_files_are_short()
    {
        var tooLong = Repository.Files("*.cs")
            .Select(path => (path, lines: Repository.Read(path).Count(character => character == '\n')))
            .Where(file => file.lines > LongestFileLines && !file.path.Contains("Native"));

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Source_lines_are_short()
    {
        var tooLong = Repository.Files("*.cs")
            .SelectMany(path => Repository.Read(path).Split('\n').Select((line, index) => (path, index, line)))
            .Where(line => line.line.Length > LongestLineColumns)
            .Select(line => $"{line.path}:{line.index + 1}");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Source_files_hide_nothing_unfinished()
    {
        var unfinished = Repository.Files("*.cs")
            .Where(path => !path.StartsWith("tests/Etcd.Repo.Tests/", StringComparison.Ordinal))
            .SelectMany(path => Repository.Read(path).Split('\n').Select((line, index) => (path, index, line)))
            .Where(line => Unfinished().IsMatch(line.line))
            .Select(line => $"{line.path}:{line.index + 1}: {line.line.Trim()}");

        Assert.Empty(unfinished);
    }

    [Fact]
    public void No_file_names_a_registry_host_or_a_path_of_one_machine()
    {
        string[] patterns = ["*.cs", "*.md", "*.csproj", "*.props", "*.targets", "*.sh", "*.json", "*.yml", "run"];
        var offending = patterns
            .SelectMany(Repository.Files)
            .Where(path => !path.StartsWith("tests/Etcd.Repo.Tests/", StringComparison.Ordinal))
            .Where(path => HostOrMachinePath().IsMatch(Repository.Read(path)));

        Assert.Empty(offending);
    }

    /// <summary>The test framework asks for <c>IAsyncLifetime</c>; what is only disposable asynchronously lives on.</summary>
    [Fact]
    public void Test_classes_end_in_a_way_that_the_framework_knows()
    {
        var leaking = Repository.Files("*Tests.cs")
            .Where(path => Repository.Read(path).Split('\n').Any(line => UndisposedTests().IsMatch(line)));

        Assert.Empty(leaking);
    }

    [GeneratedRegex(@"^public .*class \w+Tests\b(?!.*IAsyncLifetime).*\bIAsyncDisposable\b")]
    private static partial Regex UndisposedTests();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b|Thread\.Sleep\(|async void|Skip *= *""""")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"https?://[^ ""<]*(nuget|npmjs|debian)\.|(^|[^A-Za-z0-9_.])/(work|farm|root)/")]
    private static partial Regex HostOrMachinePath();
}
