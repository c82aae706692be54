using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Etcd.Benchmarks.Servers;

/// <summary>One member as a process, its output in a file.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(20);

    private readonly Reaper _reaper;
    private readonly string _log;
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="reaper">Kills it when this process dies.</param>
    /// <param name="program">The executable.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="log">Where its output is appended.</param>
    public ServerProcess(Reaper reaper, string program, IEnumerable<string> arguments, string log)
    {
        _reaper = reaper;
        _log = log;

        // The shell gives way to the program, so the process id is the program's, and no pipe has to be emptied.
        var start = new ProcessStartInfo("sh") { ArgumentList = { "-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1", program } };
        start.Environment["LOG"] = log;
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        _reaper.Started(_process.Id);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines of its output.</summary>
    public string LogTail() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(8)) : "";

    /// <summary>Asks it to end and waits; kills it when it does not.</summary>
    public void Stop()
    {
        if (!_process.HasExited)
        {
            _ = Signal(_process.Id, Terminate);
            if (!_process.WaitForExit(LongestStop))
            {
                Kill();
            }
        }

        _reaper.Ended(_process.Id);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _reaper.Ended(_process.Id);
        _process.Dispose();
    }

    private void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);
}
