using System.Diagnostics;
using System.Globalization;

namespace Etcd.Benchmarks.Servers;

/// <summary>
/// A small process that outlives this one by a moment: it learns of each server that is started, and when the pipe to
/// it breaks, however this process ended, it kills those that are left.
/// </summary>
internal sealed class Reaper : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        alive=
        while read -r what process; do
          case $what in
            started) alive="$alive $process " ;;
            ended) alive=$(printf %s "$alive" | sed "s/ $process / /") ;;
          esac
        done
        for process in $alive; do kill -KILL "$process" 2>/dev/null; done
        """;

    private readonly Process _process;

    public Reaper()
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, ArgumentList = { "-c", Script } };
        _process = Process.Start(start) ?? throw new InvalidOperationException("sh did not start");
    }

    public void Started(int processId) => Tell("started", processId);

    public void Ended(int processId) => Tell("ended", processId);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Tell(string what, int processId)
    {
        _process.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {processId}\n"));
        _process.StandardInput.Flush();
    }
}
