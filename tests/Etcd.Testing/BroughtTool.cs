using System.Diagnostics;
using System.Reflection;

namespace Etcd.Testing;

/// <summary>Programs that the tests need and a clean machine lacks, brought by the scripts in <c>eng/</c>.</summary>
internal static class BroughtTool
{
    /// <summary>Runs a script that brings programs into a folder of <c>.tools/</c>, and gives what it prints: the
    /// folder that holds them.</summary>
    /// <param name="script">Name of the script in <c>eng/</c>.</param>
    /// <param name="folder">Name of the folder in <c>.tools/</c>.</param>
    /// <exception cref="InvalidOperationException">The script failed; the text holds what it said.</exception>
    public static string Bring(string script, string folder)
    {
        string root = typeof(BroughtTool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(root, "eng", script), Path.Combine(root, ".tools", folder) },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        var errors = new StringWriter();
        process.ErrorDataReceived += (_, line) => errors.WriteLine(line.Data);
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"eng/{script} failed: {errors}");
    }
}
