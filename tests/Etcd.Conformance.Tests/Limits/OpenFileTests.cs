using System.Net.Sockets;
using System.Text;
using Etcd.Conformance.Tests.Harness;
using Etcd.Conformance.Tests.Surface;
using Etcdserverpb;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Limits;

/// <summary>A limit of open files (ulimit -n) below what clients want.</summary>
public sealed class OpenFileTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Files = 420;
    private const int Connections = 300;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Servers _servers = new();

    [Fact]
    public async Task Connections_leave_the_member_the_files_that_it_needs()
    {
        foreach (var (name, program) in Servers.Both)
        {
            var place = Servers.PlaceIn(_servers.NewFolder());
            var process = _servers.Start("sh", place.Folder, Under(Files, program, place.Flags));
            await process.UntilAnswersAsync(place.ClientUrl + "/health");
            using var channel = Channels.To(place.ClientUrl);
            var kv = new KV.KVClient(channel);
            await kv.PutAsync(Put("k", "before"));

            var clients = await ConnectAsync(new Uri(place.ClientUrl));
            await kv.PutAsync(Put("k", "meanwhile"), deadline: DateTime.UtcNow + Limit);
            foreach (var client in clients)
            {
                // Whoever waits is served once those before it have ended.
                Assert.True(await IsAnsweredAsync(client), name);
                client.Dispose();
            }

            await kv.PutAsync(Put("k", "after"), deadline: DateTime.UtcNow + Limit);
            Assert.False(process.HasExited, name);
        }
    }

    [Fact]
    public async Task Start_under_a_limit_that_is_too_low_ends_with_1()
    {
        var ends = await _servers.BothAsync(
            (program, place) => _servers.RunAsync("sh", [.. Under(150, program, place.Flags)]));

        Assert.All(ends, end => Assert.True(end.ExitCode == 1, end.Errors));
        Assert.Equal(
            "fatal: file descriptor limit of etcd process is too low; please set higher: ", ends[0].Reason);
        Assert.Equal(ends[0].Reason, ends[1].Reason);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    private static IEnumerable<string> Under(int files, string program, string[] flags) =>
    [
        "-c", $"ulimit -n {files} && exec \"$0\" \"$@\"",
        .. program.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", program] : (string[])[program], .. flags,
    ];

    private static async Task<List<Socket>> ConnectAsync(Uri server)
    {
        var clients = new List<Socket>();
        for (int i = 0; i < Connections; i++)
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            clients.Add(client);
            await client.ConnectAsync(server.Host, server.Port);
            await client.SendAsync("GET /version HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        }

        return clients;
    }

    private static async Task<bool> IsAnsweredAsync(Socket client)
    {
        using var limit = new CancellationTokenSource(Limit);
        byte[] answer = new byte[1024];
        int length = await client.ReceiveAsync(answer, limit.Token);
        return Encoding.ASCII.GetString(answer, 0, length).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
    }
}
