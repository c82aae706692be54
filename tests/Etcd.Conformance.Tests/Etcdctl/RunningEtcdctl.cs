using System.Diagnostics;
using System.Runtime.InteropServices;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>An etcdctl that goes on until it is told to stop: watch, lock, elect, keep-alive, make-mirror.</summary>
internal sealed partial class RunningEtcdctl : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _command;

    private RunningEtcdctl(Process process, string command)
    {
        _process = process;
        _command = command;
    }

    public static RunningEtcdctl Start(string endpoints, params string[] arguments) => new(
        Process.Start(EtcdctlRun.StartInfo(endpoints, arguments))
            ?? throw new InvalidOperationException("etcdctl did not start"),
        string.Join(' ', arguments));

    /// <summary>Types a line.</summary>
    public Task WriteAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The next lines that it prints, joined.</summary>
    public async Task<string> ReadAsync(int lines)
    {
        var read = new List<string>();
        using var timeout = new CancellationTokenSource(Limit);
        try
        {
            while (read.Count < lines && await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                read.Add(line);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"phase: etcdctl {_command}; expected: {lines} lines within {Limit}; actual: {string.Join(" | ", read)}");
        }

        return string.Join('\n', read);
    }

    /// <summary>Presses Ctrl-C.</summary>
    public Task<string> InterruptAsync()
    {
        const int interrupt = 2;
        _ = Signal(_process.Id, interrupt);
        return EndAsync();
    }

    /// <summary>Ends its input and waits for its end; what it printed last, and its exit code.</summary>
    public async Task<string> EndAsync()
    {
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(Limit);
        string rest = await _process.StandardOutput.ReadToEndAsync(timeout.Token);
        await _process.WaitForExitAsync(timeout.Token);
        return $"{rest}exit {_process.ExitCode}";
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int processId, int signal);
}
