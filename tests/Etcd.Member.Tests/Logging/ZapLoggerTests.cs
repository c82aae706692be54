using System.Text;
using System.Text.Json;
using Etcd.Member.Logging;
using Microsoft.Extensions.Logging;

namespace Etcd.Member.Tests.Logging;

public sealed partial class ZapLoggerTests
{
    [Fact]
    public async Task Values_outside_the_template_become_fields_in_order()
    {
        var line = await WriteAsync("Etcd.Member.Host.Listener", logger => AddedMember(logger, 0xabcUL,
            ["http://a:1"], false));

        Assert.Matches(
            "^{\"level\":\"info\",\"ts\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}(Z|[+-]\\d{4})\","
                + "\"caller\":\"member/Listener.AddedMember\",\"msg\":\"added member\",\"added-peer-id\":\"abc\","
                + "\"added-peer-peer-urls\":\\[\"http://a:1\"\\],\"added-peer-is-learner\":false}\n$",
            line);
    }

    [Fact]
    public async Task Values_in_the_template_stand_in_the_message_only()
    {
        var line = await WriteAsync("Etcd.Raft.RaftNode", logger => BecameLeader(logger, "8e9e", 2));

        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("8e9e became leader at term 2", json.GetProperty("msg").GetString());
        Assert.Equal("raft", json.GetProperty("logger").GetString());
        Assert.False(json.TryGetProperty("term", out _));
    }

    [Fact]
    public async Task Exception_becomes_the_error_field()
    {
        var line = await WriteAsync(
            "Etcd.Member.X", logger => Failed(logger, new InvalidOperationException("no <such> \"thing\"\n")));

        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("no <such> \"thing\"\n", json.GetProperty("error").GetString());
        Assert.Equal("warn", json.GetProperty("level").GetString());
        Assert.Contains("<such>", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_format_separates_by_tabs()
    {
        var line = await WriteAsync("Etcd.Member.X", logger => BecameLeader(logger, "a", 1), console: true);

        var parts = line.TrimEnd('\n').Split('\t');
        Assert.Equal(["info", "member/X.BecameLeader", "a became leader at term 1"], parts[1..]);
    }

    [Fact]
    public async Task Frameworks_are_quiet_below_warning()
    {
        var line = await WriteAsync("Microsoft.AspNetCore.Hosting", logger => BecameLeader(logger, "a", 1));

        Assert.Empty(line);
    }

    [Fact]
    public async Task Concurrent_lines_stay_whole()
    {
        using var output = new MemoryStream();
        var sink = new LogSink(console: false, "debug", [output], TimeProvider.System);
        await using (sink)
        {
            using var loggers = new ZapLoggerFactory(sink, LogLevel.Information);
            var logger = loggers.CreateLogger("Etcd.Member.X");
            await Parallel.ForAsync(0, 1000, (i, _) =>
            {
                BecameLeader(logger, "x", i);
                return ValueTask.CompletedTask;
            });
        }

        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1000, lines.Length);
        Assert.All(lines, line => JsonDocument.Parse(line).Dispose());
    }

    private static async Task<string> WriteAsync(string category, Action<ILogger> write, bool console = false)
    {
        using var output = new MemoryStream();
        await using (var sink = new LogSink(console, "debug", [output], TimeProvider.System))
        {
            using var loggers = new ZapLoggerFactory(sink, LogLevel.Information);
            write(loggers.CreateLogger(category));
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "added member")]
    private static partial void AddedMember(
        ILogger logger, ulong addedPeerId, string[] addedPeerPeerUrls, bool addedPeerIsLearner);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Id} became leader at term {Term}")]
    private static partial void BecameLeader(ILogger logger, string id, int term);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed to do it")]
    private static partial void Failed(ILogger logger, Exception error);
}
