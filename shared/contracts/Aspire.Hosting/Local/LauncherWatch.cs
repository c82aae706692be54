using System.Globalization;

namespace Aspire.Hosting.Local;

/// <summary>
/// <c>dotnet run</c> stands between the terminal and the app host. When it is killed, no signal reaches the app host,
/// so the app host looks whether it is still there.
/// </summary>
internal sealed class LauncherWatch : IDisposable
{
    private readonly Timer? _timer;

    public LauncherWatch(CancellationTokenSource stop)
    {
        int launcher = ParentProcessId();
        if (IsDotnetRun(launcher))
        {
            _timer = new Timer(
                _ =>
                {
                    if (ParentProcessId() != launcher)
                    {
                        stop.Cancel();
                    }
                },
                null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }
    }

    public void Dispose() => _timer?.Dispose();

    private static bool IsDotnetRun(int processId)
    {
        string path = $"/proc/{processId}/cmdline";
        if (!File.Exists(path))
        {
            return false;
        }

        string[] words = File.ReadAllText(path).Split('\0');
        return Path.GetFileName(words[0]) == "dotnet" && words.Contains("run");
    }

    /// <summary>The parent's process id: the second field after the command name in <c>/proc/self/stat</c>.</summary>
    private static int ParentProcessId()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return int.Parse(fields[1], CultureInfo.InvariantCulture);
    }
}
