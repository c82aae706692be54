using System.Diagnostics;
using System.Text.RegularExpressions;
using Etcd.Testing;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>
/// Traces system calls of running processes with one strace, which stops each thread at each call: what one process
/// causes in another comes later in the one order that strace sees.
/// </summary>
internal sealed partial class SystemCallTrace : IAsyncDisposable
{
    private static readonly TimeSpan AttachLimit = TimeSpan.FromSeconds(60);

    private readonly Process _strace;
    private readonly string _file;

    private SystemCallTrace(Process strace, string file)
    {
        _strace = strace;
        _file = file;
    }

    /// <summary>Begins to trace; every thread of the processes is traced on return.</summary>
    /// <param name="processIds">The processes.</param>
    /// <param name="calls">The calls, as strace's filter takes them.</param>
    /// <param name="file">Where the trace goes.</param>
    public static async Task<SystemCallTrace> StartAsync(IReadOnlyList<int> processIds, string calls, string file)
    {
        string[] options = ["-f", "-y", "-s", "65536", "-e", $"trace={calls}", "-o", file];
        var start = new ProcessStartInfo(Strace.Program, options) { RedirectStandardError = true };
        foreach (int id in processIds)
        {
            start.ArgumentList.Add("-p");
            start.ArgumentList.Add($"{id}");
        }

        var strace = Process.Start(start) ?? throw new InvalidOperationException("strace did not start");
        var said = new StringWriter();
        strace.ErrorDataReceived += (_, line) => said.WriteLine(line.Data);
        strace.BeginErrorReadLine();
        var trace = new SystemCallTrace(strace, file);
        var waited = Stopwatch.StartNew();
        while (!processIds.All(IsTraced))
        {
            if (strace.HasExited || waited.Elapsed > AttachLimit)
            {
                await trace.DisposeAsync();
                throw new InvalidOperationException(
                    $"phase: attach; expected: strace traces {string.Join(", ", processIds)}; actual: {said}" +
                    " (the tests need the right to trace processes of their own user)");
            }

            await Task.Delay(10);
        }

        return trace;
    }

    /// <summary>Ends the trace; the processes go on.</summary>
    public async Task<IReadOnlyList<SystemCall>> StopAsync()
    {
        _ = ServerProcess.Signal(_strace.Id, 2);
        await _strace.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return Parse(File.ReadLines(_file));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited)
        {
            _ = ServerProcess.Signal(_strace.Id, 2);
            await _strace.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        _strace.Dispose();
    }

    /// <summary>
    /// A call is one line, <c>TID name(arguments) = result</c>, or, when another thread's comes between, a line that
    /// ends in <c>&lt;unfinished ...&gt;</c> and a later one that begins with <c>&lt;... name resumed&gt;</c>; one that
    /// had not returned when the trace ended ends in <c>&lt;detached ...&gt;</c>.
    /// </summary>
    internal static List<SystemCall> Parse(IEnumerable<string> lines)
    {
        var calls = new List<SystemCall>();
        var open = new Dictionary<string, int>();
        int place = 0;
        foreach (string line in lines)
        {
            place++;
            if (Whole().Match(line) is { Success: true } whole)
            {
                string result = whole.Groups["result"].Value;
                calls.Add(new SystemCall(
                    whole.Groups["name"].Value, whole.Groups["arguments"].Value, result, place, place));
            }
            else if (Entered().Match(line) is { Success: true } entered)
            {
                open[entered.Groups["thread"].Value] = calls.Count;
                calls.Add(new SystemCall(
                    entered.Groups["name"].Value, entered.Groups["arguments"].Value, null, place, int.MaxValue));
            }
            else if (Resumed().Match(line) is { Success: true } resumed
                && open.Remove(resumed.Groups["thread"].Value, out int index))
            {
                calls[index] = calls[index] with { Result = resumed.Groups["result"].Value, End = place };
            }
        }

        return calls;
    }

    private static bool IsTraced(int processId) =>
        Directory.EnumerateDirectories($"/proc/{processId}/task").All(IsTraced);

    private static bool IsTraced(string threadDirectory)
    {
        try
        {
            return !File.ReadLines(Path.Combine(threadDirectory, "status")).Contains("TracerPid:\t0");
        }
        catch (IOException)
        {
            // The thread has ended.
            return true;
        }
    }

    [GeneratedRegex(@"^(?<thread>\d+) +(?<name>\w+)\((?<arguments>.*)\) += (?<result>\S+)")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^(?<thread>\d+) +(?<name>\w+)\((?<arguments>.*) <(unfinished|detached) \.\.\.>$")]
    private static partial Regex Entered();

    [GeneratedRegex(@"^(?<thread>\d+) +<\.\.\. \w+ resumed>.*\) += (?<result>\S+)")]
    private static partial Regex Resumed();
}
