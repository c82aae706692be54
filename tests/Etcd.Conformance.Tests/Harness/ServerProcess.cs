using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>A server as its own process, with its output in a log file.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Process _process;
    private readonly string _name;

    private ServerProcess(string name, Process process, string logFile)
    {
        _name = name;
        _process = process;
        LogFile = logFile;
    }

    public string LogFile { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program; a path that ends in <c>.dll</c> is run by dotnet.</summary>
    public static ServerProcess Start(
        string name, string program, IEnumerable<string> arguments, string logFile,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("sh")
        {
            ArgumentList = { "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", logFile },
        };
        if (program.EndsWith(".dll", StringComparison.Ordinal))
        {
            start.ArgumentList.Add("dotnet");
        }

        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        return new ServerProcess(name, process, logFile);
    }

    /// <summary>Waits until a GET answers 200.</summary>
    public async Task UntilAnswersAsync(string url)
    {
        var waited = Stopwatch.StartNew();
        string last = "nothing";
        while (waited.Elapsed < StartLimit)
        {
            if (HasExited)
            {
                throw new InvalidOperationException($"{_name} ended with code {ExitCode} at start:\n{LogTail()}");
            }

            try
            {
                using var response = await Http.GetAsync(url);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                last = $"status {(int)response.StatusCode}";
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                last = error.Message;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException(
            $"phase: start of {_name}; expected: 200 from {url} within {StartLimit}; actual: {last}\n{Evidence()}");
    }

    /// <summary>Waits until the log has a line with this text.</summary>
    public async Task<string> UntilLogsAsync(string text)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < StartLimit)
        {
            bool ended = HasExited;
            if (File.Exists(LogFile)
                && File.ReadLines(LogFile).FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            if (ended)
            {
                throw new InvalidOperationException($"{_name} ended with code {ExitCode} before it logged {text}:\n{LogTail()}");
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"phase: {_name}; expected: a line with {text} within {StartLimit}; actual:\n{Evidence()}");
    }

    /// <summary>Sends a signal and gives the exit code.</summary>
    public async Task<int> SignalAsync(int signal)
    {
        _ = Signal(_process.Id, signal);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    /// <summary>The most memory that the process has had resident since its start.</summary>
    public long PeakResidentBytes()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Ends the process as a crash does.</summary>
    public async Task KillAsync()
    {
        _ = Signal(_process.Id, 9);
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops the process in place (SIGSTOP), as a long pause does, and waits until every thread stands.</summary>
    public async Task PauseAsync()
    {
        _ = Signal(_process.Id, 19);
        while (!Directory.EnumerateDirectories($"/proc/{_process.Id}/task").All(IsStopped))
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Lets a paused process go on (SIGCONT).</summary>
    public void Resume() => _ = Signal(_process.Id, 18);

    /// <summary>Asks the process to stop and gives its exit code.</summary>
    public Task<int> TerminateAsync() => SignalAsync(15);

    /// <summary>Waits until the process ends by itself and gives its exit code.</summary>
    public async Task<int> EndedAsync()
    {
        var ended = _process.WaitForExitAsync();
        return await Task.WhenAny(ended, Task.Delay(StartLimit)) == ended
            ? _process.ExitCode
            : throw new TimeoutException(
                $"phase: end of {_name}; expected: within {StartLimit}; actual: it runs\n{Evidence()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            Resume();
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>The state follows the command name, which is in parentheses, in the thread's stat line.</summary>
    private static bool IsStopped(string threadDirectory)
    {
        string stat = File.ReadAllText(Path.Combine(threadDirectory, "stat"));
        return stat[stat.LastIndexOf(')') + 2] == 'T';
    }

    public string LogTail() =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(30)) : "(no log)";

    /// <summary>What a process that is late is doing.</summary>
    private string Evidence() => $"{Threads()}\n{LogTail()}";

    /// <summary>Where each thread stands: name, state, and the kernel's function that it waits in.</summary>
    private string Threads()
    {
        try
        {
            return string.Join('\n', Directory.EnumerateDirectories($"/proc/{_process.Id}/task").Select(Thread));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private static string Thread(string directory)
    {
        string Read(string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();
        string state = File.ReadLines(Path.Combine(directory, "status")).First(line => line.StartsWith("State:", StringComparison.Ordinal));
        return $"{Path.GetFileName(directory)} {Read("comm")}, {state}, wchan: {Read("wchan")}, system call: {Read("syscall")}";
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Signal(int processId, int signal);
}
