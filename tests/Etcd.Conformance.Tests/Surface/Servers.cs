using System.Collections.Concurrent;
using System.Diagnostics;
using Etcd.Conformance.Tests.Harness;
using Etcd.Testing;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>The two programs under comparison, started alike in folders and on ports of their own. Thread-safe.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("etcd-surface-");
    private readonly ConcurrentBag<ServerProcess> _running = [];

    public static IReadOnlyList<(string Name, string Program)> Both { get; } =
        [("etcd", ReferenceEtcd.Server), ("ours", Built.Member)];

    /// <summary>An empty folder for one run.</summary>
    public string NewFolder() => _folder.CreateSubdirectory(Path.GetRandomFileName()).FullName;

    /// <summary>The flags of a single member, in a folder, on free ports.</summary>
    public static Place PlaceIn(string folder)
    {
        string client = $"http://127.0.0.1:{FreePorts.Take()}";
        return new Place(folder, client, $"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
    }

    /// <summary>Starts a server that goes on; its log is in its folder.</summary>
    public ServerProcess Start(
        string program, string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = ServerProcess.Start(
            Path.GetFileName(program), program, arguments, Path.Combine(folder, "stderr.log"), environment);
        _running.Add(process);
        return process;
    }

    /// <summary>Runs a server that ends by itself; its exit code and what it said.</summary>
    public async Task<Ended> RunAsync(
        string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet" : program)
        {
            WorkingDirectory = NewFolder(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[.. start.FileName == "dotnet" ? [program] : Array.Empty<string>(), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // Variables that steer the tests would be settings to the programs.
        foreach (string name in start.Environment.Keys.Where(IsOurs).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var timeout = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            string errors = await process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new Ended(process.ExitCode, await output, errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"phase: {program} {string.Join(' ', arguments)}; expected: its end within {Limit}");
        }
    }

    /// <summary>Both end with these arguments, with the same code, and say the same of why.</summary>
    /// <param name="exitCode">The code.</param>
    /// <param name="arguments">The arguments; <c>PEER</c> and <c>CLIENT</c> in them are URLs of each one's own.</param>
    /// <param name="environment">Variables.</param>
    public async Task SameEndAsync(
        int exitCode, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var ends = await Task.WhenAll(Both.Select(async server =>
        {
            var place = PlaceIn("unused");
            var end = await RunAsync(
                server.Program,
                [.. arguments.Select(text => text.Replace("PEER", place.PeerUrl).Replace("CLIENT", place.ClientUrl))],
                environment);
            return end with { Errors = Masked(Masked(end.Errors, place.PeerUrl, "PEER"), place.ClientUrl, "CLIENT") };
        }));
        string what = $"{string.Join(' ', arguments)}\n--- etcd {ends[0].ExitCode}\n{ends[0].Reason}\n"
            + $"--- ours {ends[1].ExitCode}\n{ends[1].Reason}";
        Assert.True(ends[0].ExitCode == exitCode && ends[1].ExitCode == exitCode, what);
        Assert.True(ends[0].Reason == ends[1].Reason, what);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Checks both programs at the same time, each in a place of its own; what the checks gave.</summary>
    public Task<T[]> BothAsync<T>(Func<string, Place, Task<T>> check) =>
        Task.WhenAll(Both.Select(server => check(server.Program, PlaceIn(NewFolder()))));

    /// <summary>Checks both programs at the same time, each in a place of its own.</summary>
    public Task<bool[]> BothAsync(Func<string, Place, Task> check) => BothAsync(async (program, place) =>
    {
        await check(program, place);
        return true;
    });

    private static bool IsOurs(string variable) => variable.StartsWith("ETCD_", StringComparison.Ordinal);

    private static string Masked(string text, string url, string name) =>
        text.Replace(url, name).Replace(new Uri(url).Authority, name);

    /// <summary>Where a member lives.</summary>
    internal sealed record Place(string Folder, string ClientUrl, string PeerUrl, string OtherUrl)
    {
        public string DataDirectory => Path.Combine(Folder, "data");

        /// <summary>The flags that put a member there.</summary>
        public string[] Flags =>
        [
            "--name=m1", $"--data-dir={DataDirectory}", $"--listen-client-urls={ClientUrl}",
            $"--advertise-client-urls={ClientUrl}", $"--listen-peer-urls={PeerUrl}",
            $"--initial-advertise-peer-urls={PeerUrl}", $"--initial-cluster=m1={PeerUrl}",
        ];
    }
}
