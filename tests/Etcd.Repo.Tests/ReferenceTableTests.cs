namespace Etcd.Repo.Tests;

/// <summary>Who may reference whom; the table of docs/architecture.md, enforced.</summary>
public sealed class ReferenceTableTests
{
    /// <summary>Room to the rooms and packages that it may reference; contracts stand for packages.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Etcd.Ports"] = [],
        ["Etcd.Raft"] = [],
        ["Etcd.Protocol"] = ["Google.Protobuf", "Grpc.Core.Api", "Grpc.Tools"],
        ["Etcd.StateMachine"] = ["Etcd.Ports", "Etcd.Protocol"],
        ["Etcd.Node"] =
            ["Etcd.Ports", "Etcd.Protocol", "Etcd.Raft", "Etcd.StateMachine", "Microsoft.Extensions.Logging.Abstractions"],
        ["Etcd.Storage"] =
            ["Etcd.Ports", "Etcd.Protocol", "Microsoft.Extensions.Logging.Abstractions", "RocksDB", "RocksDbSharp"],
        ["Etcd.Client"] = ["Etcd.Protocol", "Grpc.Net.Client", "Grpc.Net.Common"],
        ["Etcd.ServiceDefaults"] =
        [
            "OpenTelemetry", "OpenTelemetry.Api.ProviderBuilderExtensions",
            "OpenTelemetry.Exporter.OpenTelemetryProtocol", "OpenTelemetry.Extensions.Hosting",
        ],
        ["Etcd.Member"] =
        [
            "Etcd.Node", "Etcd.Protocol", "Etcd.ServiceDefaults", "Etcd.Storage",
            "Grpc.AspNetCore.Server", "Grpc.Net.Common", "Grpc.Net.Client", "YamlDotNet",
        ],
        ["Etcd.Gateway"] =
        [
            "Etcd.Client", "Etcd.Protocol", "Etcd.ServiceDefaults", "Polly", "Polly.Core", "System.IO.Hashing",
            "Yarp.ReverseProxy",
        ],
        ["Etcd.Metrics"] = ["Etcd.Client", "Etcd.Protocol", "Etcd.ServiceDefaults", "Polly", "Polly.Core"],
        ["Etcd.AppHost"] = ["Aspire.Hosting", "Etcd.Member", "Etcd.Gateway", "Etcd.Metrics"],
        ["Etcd.Simulator"] = ["Etcd.Node", "Etcd.Ports", "Etcd.Protocol", "Etcd.Raft", "Etcd.StateMachine"],
        ["Etcd.Benchmarks"] = ["Etcd.Node", "Etcd.Ports", "Etcd.Protocol", "Etcd.Raft", "Etcd.StateMachine"],
    };

    /// <summary>Analyzers change no output; every project may have them.</summary>
    private static readonly string[] Everywhere = ["Microsoft.CodeAnalysis.BannedApiAnalyzers"];

    public static TheoryData<string> Rooms() =>
        [.. Repository.Files("*.csproj").Where(path => !path.Contains("/contracts/") && !IsTest(path))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_references_only_what_the_table_allows(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);

        Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{name} is not in the reference table");
        var extra = Repository.References(project).Except(allowed).Except(Everywhere);
        Assert.Empty(extra);
    }

    [Fact]
    public void Contracts_reference_no_room()
    {
        var rooms = Repository.Files("*.csproj")
            .Where(path => path.Contains("/contracts/"))
            .SelectMany(path => Repository.References(path).Select(reference => (path, reference)))
            .Where(pair => pair.reference.StartsWith("Etcd.", StringComparison.Ordinal));

        Assert.Empty(rooms);
    }

    [Fact]
    public void Every_contract_says_what_it_stands_for()
    {
        foreach (string project in Repository.Files("*.csproj").Where(path => path.Contains("/contracts/")))
        {
            string readme = Path.GetDirectoryName(project) + "/README.md";

            Assert.True(File.Exists(Path.Combine(Repository.Root, readme)), $"{readme} is missing");
            string first = Repository.Read(readme).Split('\n')[0];
            Assert.Contains("package", first, StringComparison.Ordinal);
            Assert.Matches("Use[A-Za-z]+=(true|false)", first);
        }
    }

    private static bool IsTest(string path) =>
        path.StartsWith("tests/", StringComparison.Ordinal)
        && Path.GetFileNameWithoutExtension(path) is not ("Etcd.Simulator" or "Etcd.Benchmarks");
}
