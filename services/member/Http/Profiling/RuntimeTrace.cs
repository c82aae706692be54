using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Etcd.Member.Http.Profiling;

/// <summary>
/// Samples of this process's stacks, taken by the runtime itself and asked for over its diagnostics socket: a trace in
/// the nettrace format, as <c>dotnet-trace</c> writes it. Used by one request.
/// </summary>
/// <remarks>
/// The protocol (.NET's <c>documentation/design-docs/ipc-protocol.md</c>), all numbers little-endian, texts UTF-16 with
/// their length in characters before and a zero behind:
/// <code>
/// header        14 "DOTNET_IPC_V1\0" | 2 size of all | 1 command set | 1 command | 2 zero
/// CollectTracing2 (2, 3)   4 buffer MiB | 4 format: 1 | 1 rundown | 4 providers { 8 keywords | 4 level | name | filter }
///     answer    header (255, 0) | 8 session, then the trace until it is stopped
/// StopTracing (2, 1)       8 session
/// </code>
/// </remarks>
internal sealed class RuntimeTrace : IDisposable
{
    private const int HeaderBytes = 20;
    private const byte TracingCommands = 2;
    private const byte Stop = 1;
    private const byte Collect = 3;
    private const uint BufferMegabytes = 64;
    private const uint Informational = 4;

    private static readonly byte[] Magic = "DOTNET_IPC_V1\0"u8.ToArray();

    private readonly NetworkStream _stream;
    private readonly ulong _session;

    private RuntimeTrace(NetworkStream stream, ulong session)
    {
        _stream = stream;
        _session = session;
    }

    /// <summary>Starts sampling; null when the runtime's diagnostics are switched off.</summary>
    public static async Task<RuntimeTrace?> StartAsync(CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (stream is null)
        {
            return null;
        }

        try
        {
            await stream.WriteAsync(Request(Collect, CollectPayload()), cancellationToken).ConfigureAwait(false);
            return new RuntimeTrace(stream, await AnswerAsync(stream, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes the trace as it grows, for a while and its end. Sampling stops whatever happens.</summary>
    public async Task CopyToAsync(Stream target, TimeSpan duration, TimeProvider time, CancellationToken cancellationToken)
    {
        var copying = _stream.CopyToAsync(target, cancellationToken);
        try
        {
            await Task.WhenAny(copying, Task.Delay(duration, time, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
        }

        await copying.ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();

    private async Task StopAsync()
    {
        var stream = await ConnectAsync(CancellationToken.None).ConfigureAwait(false)
            ?? throw new IOException("the runtime's diagnostics socket is gone");
        await using (stream.ConfigureAwait(false))
        {
            var session = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(session, _session);
            await stream.WriteAsync(Request(Stop, session)).ConfigureAwait(false);
            await AnswerAsync(stream, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task<NetworkStream?> ConnectAsync(CancellationToken cancellationToken)
    {
        var pattern = string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{Environment.ProcessId}-*-socket");
        // A former process of the same number may have left its own behind.
        var path = Directory.GetFiles(Path.GetTempPath(), pattern).MaxBy(File.GetCreationTimeUtc);
        if (path is null)
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] Request(byte command, byte[] payload)
    {
        var request = new byte[HeaderBytes + payload.Length];
        Magic.CopyTo(request, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(Magic.Length), (ushort)request.Length);
        request[Magic.Length + 2] = TracingCommands;
        request[Magic.Length + 3] = command;
        payload.CopyTo(request, HeaderBytes);
        return request;
    }

    private static byte[] CollectPayload()
    {
        const ulong noKeywords = 0;
        // Loader, JIT and NGEN: what turns addresses into names.
        const ulong names = 0x8 | 0x10 | 0x20;
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload, Encoding.Unicode);
        writer.Write(BufferMegabytes);
        writer.Write(1u);
        writer.Write((byte)1);
        writer.Write(2u);
        WriteProvider(writer, noKeywords, "Microsoft-DotNETCore-SampleProfiler");
        WriteProvider(writer, names, "Microsoft-Windows-DotNETRuntime");
        writer.Flush();
        return payload.ToArray();
    }

    private static void WriteProvider(BinaryWriter writer, ulong keywords, string name)
    {
        writer.Write(keywords);
        writer.Write(Informational);
        writer.Write((uint)name.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(name + '\0'));
        writer.Write(0u);
    }

    /// <summary>The number in a successful answer.</summary>
    private static async Task<ulong> AnswerAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        const byte server = 255;
        var answer = new byte[HeaderBytes + sizeof(ulong)];
        await stream.ReadExactlyAsync(answer.AsMemory(0, HeaderBytes), cancellationToken).ConfigureAwait(false);
        if (answer[Magic.Length + 2] != server || answer[Magic.Length + 3] != 0)
        {
            throw new IOException("the runtime refused to trace");
        }

        await stream.ReadExactlyAsync(answer.AsMemory(HeaderBytes), cancellationToken).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt64LittleEndian(answer.AsSpan(HeaderBytes));
    }
}
