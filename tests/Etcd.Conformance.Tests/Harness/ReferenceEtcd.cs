using System.Diagnostics;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>
/// The distribution's etcd, the yardstick. Taken from the folder in <c>ETCD_REFERENCE_BIN</c>, else brought by
/// <c>eng/get-etcd.sh</c> into <c>.tools/</c> once.
/// </summary>
internal static class ReferenceEtcd
{
    private static readonly Lazy<string> Folder = new(Find);

    public static string Server => Path.Combine(Folder.Value, "etcd");

    public static string Ctl => Path.Combine(Folder.Value, "etcdctl");

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("ETCD_REFERENCE_BIN") is { Length: > 0 } folder)
        {
            return folder;
        }

        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Path.Combine(Built.RepositoryRoot, "eng/get-etcd.sh"),
                Path.Combine(Built.RepositoryRoot, ".tools/etcd"),
            },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"eng/get-etcd.sh failed: {errors.GetAwaiter().GetResult()}");
    }
}
