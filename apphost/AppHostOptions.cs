using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Etcd.AppHost;

/// <summary>The app host's command line. Immutable.</summary>
internal sealed record AppHostOptions
{
    private const string Usage = """
        Runs a whole cluster on this machine: members, gateway and metrics.

        Usage: dotnet run --project apphost [-- OPTIONS]

          --members N       1, 3 (default) or 5 members
          --state DIR       where data and logs live; a second start continues with it
                            (default: .data beside the solution)
          --port-offset N   adds N to every port, to run a second cluster beside the first (default 0)
          --help            this text

        Ports: gateway 2379, metrics 2381, members' clients 12379, 22379, ... and peers 12380, 22380, ...
        """;

    /// <summary>Number of members.</summary>
    public required int Members { get; init; }

    /// <summary>Full path of the folder that holds data and logs.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Added to every port.</summary>
    public required int PortOffset { get; init; }

    /// <summary>Where applications and etcdctl connect.</summary>
    public int GatewayPort => 2379 + PortOffset;

    /// <summary>Where Prometheus scrapes.</summary>
    public int MetricsPort => 2381 + PortOffset;

    /// <summary>Reads the command line.</summary>
    /// <returns>False when nothing is to be run; the exit code says whether that is an error.</returns>
    public static bool TryParse(
        string[] args, TextWriter output, TextWriter error,
        [NotNullWhen(true)] out AppHostOptions? options, out int exitCode)
    {
        options = null;
        int members = 3;
        int portOffset = 0;
        string state = Path.Combine(SolutionDirectory(), ".data");
        for (int i = 0; i < args.Length; i++)
        {
            string[] parts = args[i].Split('=', 2);
            if (parts[0] is "--help" or "-h" or "-?")
            {
                output.WriteLine(Usage);
                exitCode = 0;
                return false;
            }

            string? value = parts.Length == 2 ? parts[1] : i + 1 < args.Length ? args[++i] : null;
            string? problem = (parts[0], value) switch
            {
                (_, null or "") => $"{parts[0]} needs a value",
                ("--members", _) => ReadMembers(value, out members),
                ("--port-offset", _) => ReadPortOffset(value, out portOffset),
                ("--state", _) => ReadState(value, out state),
                _ => $"unknown option {parts[0]}",
            };
            if (problem is not null)
            {
                error.WriteLine($"{problem}; see --help");
                exitCode = 2;
                return false;
            }
        }

        options = new AppHostOptions
        {
            Members = members, StateDirectory = Path.GetFullPath(state), PortOffset = portOffset,
        };
        exitCode = 0;
        return true;
    }

    private static string? ReadMembers(string value, out int members) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out members) && members is 1 or 3 or 5
            ? null
            : $"--members takes 1, 3 or 5, not {value}";

    /// <summary>The largest port is a fifth member's peer port, 52380.</summary>
    private static string? ReadPortOffset(string value, out int portOffset) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out portOffset) && portOffset <= 7000
            ? null
            : $"--port-offset takes a number from 0 to 7000, not {value}";

    private static string? ReadState(string value, out string state)
    {
        state = value;
        return null;
    }

    /// <summary>The folder of the solution that the app host was built from, else the current folder.</summary>
    private static string SolutionDirectory()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null;
             directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Aspire.sln")))
            {
                return directory.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
