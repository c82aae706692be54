using System.Diagnostics;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Clients;

/// <summary>
/// Clients that others wrote, brought by <c>eng/get-clients.sh</c> into <c>.tools/</c> once, and the scripts beside this
/// file that use them. Thread-safe.
/// </summary>
internal static class ForeignClients
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly string Folder = Path.Combine(Built.RepositoryRoot, ".tools/clients");
    private static readonly Lazy<Task<string>> Brought = new(BringAsync);

    /// <summary>Runs a script with Node's etcd3; what it printed.</summary>
    public static async Task<string> RunNodeAsync(string script, string endpoint)
    {
        await Brought.Value;
        return await RunAsync("node", [Script(script), endpoint], ("NODE_PATH", Path.Combine(Folder, "node")));
    }

    /// <summary>Runs a script with Python's etcd3; what it printed.</summary>
    public static async Task<string> RunPythonAsync(string script, string endpoint)
    {
        await Brought.Value;
        return await RunAsync(
            "/usr/bin/python3",
            [Script(script), $"{new Uri(endpoint).Port}"],
            ("PYTHONPATH", Path.Combine(Folder, "python")),
            ("LD_LIBRARY_PATH", Path.Combine(Folder, "lib")));
    }

    /// <summary>Runs a shell script; what it printed.</summary>
    public static async Task<string> RunShellAsync(string script, string endpoint)
    {
        await Brought.Value;
        return await RunAsync("bash", [Script(script), endpoint]);
    }

    private static string Script(string name) => Path.Combine(
        Built.RepositoryRoot, "tests/Etcd.Conformance.Tests/Clients", name);

    private static Task<string> BringAsync() =>
        RunAsync("bash", [Path.Combine(Built.RepositoryRoot, "eng/get-clients.sh"), Folder]);

    private static async Task<string> RunAsync(
        string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        using var timeout = new CancellationTokenSource(Limit);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            Assert.True(
                process.ExitCode == 0,
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}\n{await output}\n{await errors}");
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"phase: {program} {string.Join(' ', arguments)}; expected: its end within {Limit}");
        }
    }
}
