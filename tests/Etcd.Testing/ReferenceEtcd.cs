using System.Diagnostics;
using System.Reflection;

namespace Etcd.Testing;

/// <summary>
/// The distribution's etcd, the yardstick. Taken from the folder in <c>ETCD_REFERENCE_BIN</c>, else brought by
/// <c>eng/get-etcd.sh</c> into <c>.tools/</c> once. Thread-safe.
/// </summary>
public static class ReferenceEtcd
{
    private static readonly Lazy<string> Folder = new(Find);

    /// <summary>Path of the server.</summary>
    public static string Server => Tool("etcd");

    /// <summary>Path of the client.</summary>
    public static string Ctl => Tool("etcdctl");

    /// <summary>Path of one of etcd's programs.</summary>
    /// <param name="name"><c>etcd</c>, <c>etcdctl</c> or <c>etcdutl</c>.</param>
    public static string Tool(string name) => Path.Combine(Folder.Value, name);

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("ETCD_REFERENCE_BIN") is { Length: > 0 } folder)
        {
            return folder;
        }

        string root = typeof(ReferenceEtcd).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(root, "eng/get-etcd.sh"), Path.Combine(root, ".tools/etcd") },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        var errors = new StringWriter();
        process.ErrorDataReceived += (_, line) => errors.WriteLine(line.Data);
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"eng/get-etcd.sh failed: {errors}");
    }
}
