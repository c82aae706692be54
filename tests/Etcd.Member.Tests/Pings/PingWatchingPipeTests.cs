using System.Buffers;
using System.IO.Pipelines;
using Etcd.Member.Host.Pings;

namespace Etcd.Member.Tests.Pings;

/// <summary>The two ends between a transport's pipes and the server.</summary>
public sealed class PingWatchingPipeTests
{
    private static readonly byte[] Ping = Frames.Of(Frames.Ping, 0, 0, 8);
    private static readonly byte[] Answer = Frames.Of(Frames.Ping, Frames.Acknowledgement, 0, 8);

    private readonly Pipe _received = new();
    private readonly Pipe _sent = new();
    private readonly PingPolicy _policy = new(TimeSpan.FromMinutes(5), TimeProvider.System);
    private readonly PingWatchingReader _input;
    private readonly PingWatchingWriter _output;

    public PingWatchingPipeTests()
    {
        _input = new PingWatchingReader(_received.Reader, _policy);
        _output = new PingWatchingWriter(_sent.Writer, _policy);
    }

    [Fact]
    public async Task Frames_count_before_the_server_sees_them_and_only_once()
    {
        byte[] bytes = [.. new byte[24], .. Ping, .. Ping, .. Ping, .. Ping];
        for (int sent = 0; sent < bytes.Length; sent++)
        {
            await _received.Writer.WriteAsync(bytes.AsMemory(sent, 1));
            var read = await _input.ReadAsync();
            // Half is left, to be read again.
            _input.AdvanceTo(read.Buffer.GetPosition(read.Buffer.Length / 2), read.Buffer.End);
        }

        await SendAsync([.. Answer, .. Answer, .. Answer]);
        Assert.False(_policy.IsOver);
        await SendAsync(Answer);
        Assert.True(_policy.IsOver);
    }

    [Fact]
    public async Task Reading_waits_for_the_client_and_sees_its_end()
    {
        var waiting = _input.ReadAsync();
        Assert.False(waiting.IsCompleted);
        await _received.Writer.WriteAsync(new byte[3]);
        var read = await waiting;
        Assert.Equal(3, read.Buffer.Length);
        _input.AdvanceTo(read.Buffer.End);
        await _received.Writer.CompleteAsync();
        Assert.True((await _input.ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task Too_many_pings_end_the_connection_behind_their_answer()
    {
        await ReceiveAsync([.. new byte[24], .. Frames.Of(Frames.Headers, Frames.EndHeaders, 9, 20)]);
        await ReceiveAsync([.. Ping, .. Ping, .. Ping, .. Ping]);
        Assert.False((await SendAsync([.. Answer, .. Answer, .. Answer, .. Answer[..10]])).IsCompleted);
        Assert.True((await SendAsync(Answer[10..])).IsCompleted);
        Assert.True((await SendAsync(new byte[10_000])).IsCompleted);

        byte[] goAway =
        [
            0, 0, 22, 7, 0, 0, 0, 0, 0,
            0, 0, 0, 9, 0, 0, 0, 11, .. "too_many_pings"u8,
        ];
        Assert.Equal((byte[])[.. Answer, .. Answer, .. Answer, .. Answer, .. goAway], await SentAsync());
    }

    [Fact]
    public async Task Everything_passes_while_the_policy_is_kept()
    {
        byte[] all = [.. Answer, .. Frames.Of(Frames.Headers, Frames.EndHeaders, 1, 100), .. Frames.Of(Frames.Data, 1, 1, 5000)];
        for (int at = 0; at < all.Length; at += 700)
        {
            Assert.False((await SendAsync(all[at..Math.Min(at + 700, all.Length)])).IsCompleted);
        }

        await _output.CompleteAsync();
        Assert.Equal(all, await SentAsync());
    }

    private async Task ReceiveAsync(byte[] bytes)
    {
        await _received.Writer.WriteAsync(bytes);
        var read = await _input.ReadAsync();
        _input.AdvanceTo(read.Buffer.End);
    }

    private ValueTask<FlushResult> SendAsync(byte[] bytes)
    {
        // Two writes into one piece of memory, as a formatter makes them.
        var memory = _output.GetMemory(bytes.Length);
        bytes.CopyTo(memory);
        _output.Advance(bytes.Length / 2);
        _output.Advance(bytes.Length - (bytes.Length / 2));
        return _output.FlushAsync();
    }

    private async Task<byte[]> SentAsync()
    {
        var read = await _sent.Reader.ReadAtLeastAsync(int.MaxValue);
        Assert.True(read.IsCompleted);
        return read.Buffer.ToArray();
    }
}
