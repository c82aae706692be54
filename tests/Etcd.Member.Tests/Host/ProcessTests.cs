using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Etcd.Testing;

namespace Etcd.Member.Tests.Host;

/// <summary>The program as its own process: exit codes, signals, outputs.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-process-").FullName;

    [Theory]
    [InlineData(15, 143, "terminated")]
    [InlineData(2, 130, "interrupt")]
    public async Task Signal_stops_in_order_and_ends_the_process(int signal, int exitCode, string name)
    {
        using var process = Start([.. TestRun.Flags(Data("m1"), FreePorts.Take(), FreePorts.Take())]);
        var lines = await ReadUntilAsync(process.StandardError, "successfully notified init daemon");
        Assert.All(lines, line => JsonDocument.Parse(line).Dispose());

        Assert.Equal(0, Kill(process.Id, signal));
        var rest = await process.StandardError.ReadToEndAsync().WaitAsync(Limit);
        await process.WaitForExitAsync().WaitAsync(Limit);

        Assert.Equal(exitCode, process.ExitCode);
        Assert.Contains($"\"signal\":\"{name}\"", rest, StringComparison.Ordinal);
        Assert.Contains("closed etcd server", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "--version")]
    [InlineData(0, "--help")]
    [InlineData(2, "--no-such-flag")]
    [InlineData(2, "--log-level=loud")]
    [InlineData(1, "stray")]
    [InlineData(1, "--election-timeout=60000")]
    public async Task Exit_code_tells_the_kind_of_end(int expected, string argument)
    {
        using var process = Start([argument]);
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardError.ReadToEndAsync().WaitAsync(Limit);
        await output.WaitAsync(Limit);
        await process.WaitForExitAsync().WaitAsync(Limit);

        Assert.Equal(expected, process.ExitCode);
    }

    [Fact]
    public async Task Variables_are_read_and_lines_go_to_the_given_outputs()
    {
        var file = Path.Combine(_directory, "etcd.log");
        var flags = TestRun.Flags(Data("m1"), FreePorts.Take(), FreePorts.Take());
        using var process = Start(
            [.. flags.Skip(1), $"--log-outputs={file},stdout", "--log-format=console"],
            ("ETCD_NAME", "m1"),
            ("ETCD_OF_ANOTHER_PROGRAM", "x"));
        var lines = await ReadUntilAsync(process.StandardOutput, "ready to serve client requests");
        Assert.Equal(0, Kill(process.Id, 15));
        await process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
        await process.WaitForExitAsync().WaitAsync(Limit);

        Assert.Contains(lines, line => line.Contains("\tunrecognized environment variable\t",
            StringComparison.Ordinal));
        Assert.Contains("\tready to serve client requests", await File.ReadAllTextAsync(file),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_daemon_is_told()
    {
        var path = Path.Combine(_directory, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        using var process = Start(
            TestRun.Flags(Data("m1"), FreePorts.Take(), FreePorts.Take()), ("NOTIFY_SOCKET", path));
        var draining = process.StandardError.ReadToEndAsync();

        var buffer = new byte[64];
        var length = await socket.ReceiveAsync(buffer).WaitAsync(Limit);

        Assert.Equal("READY=1", Encoding.ASCII.GetString(buffer, 0, length));
        Assert.Equal(0, Kill(process.Id, 15));
        await draining.WaitAsync(Limit);
    }

    [Fact]
    public async Task Second_process_waits_for_the_data_directory()
    {
        using var first = Start(TestRun.Flags(Data("m1"), FreePorts.Take(), FreePorts.Take()));
        await ReadUntilAsync(first.StandardError, "ready to serve client requests");
        using var second = Start(TestRun.Flags(Data("m1"), FreePorts.Take(), FreePorts.Take()));
        await ReadUntilAsync(second.StandardError, "starting an etcd server");

        Assert.Equal(0, Kill(first.Id, 15));
        await first.StandardError.ReadToEndAsync().WaitAsync(Limit);
        await ReadUntilAsync(second.StandardError, "ready to serve client requests");
        Assert.Equal(0, Kill(second.Id, 15));
        await second.StandardError.ReadToEndAsync().WaitAsync(Limit);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Data(string name) => Path.Combine(_directory, name);

    private static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "etcd.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("the program did not start");
    }

    private static async Task<List<string>> ReadUntilAsync(StreamReader output, string message)
    {
        var lines = new List<string>();
        using var limit = new CancellationTokenSource(Limit);
        while (await output.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
            if (line.Contains(message, StringComparison.Ordinal))
            {
                return lines;
            }
        }

        throw new InvalidOperationException(
            $"phase: start; expected: {message}; actual: the output ended\n{string.Join('\n', lines)}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
