using Etcd.Conformance.Tests.Harness;
using Google.Protobuf;
using static Etcd.Conformance.Tests.Tables.Requests;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>
/// How often clients may ping. The shortest time is 0.1 s on the client port and gRPC's own 5 min on the peer port, so
/// that no case depends on how fast the machine is.
/// </summary>
public sealed class PingTableTests(PingTableTests.Servers pair) : IClassFixture<PingTableTests.Servers>
{
    private const string WatchPath = "/etcdserverpb.Watch/Watch";
    private const string RangePath = "/etcdserverpb.KV/Range";
    private const string Refused = "goaway 11 too_many_pings, end";

    private Harness.Cluster.Member[] Both => [pair.ReferenceMember, pair.OurMember];

    [Fact]
    public async Task T05_fourth_ping_without_streams_ends_the_connection()
    {
        foreach (var member in Both)
        {
            using var connection = await FrameConnection.OpenAsync(member.ClientUrl);
            Assert.Equal("pong pong pong pong", await PingAsync(connection, 4));
            Assert.Equal(Refused, await connection.RestAsync());
        }
    }

    [Fact]
    public async Task T05_pings_within_the_shortest_time_end_streams_too()
    {
        foreach (var member in Both)
        {
            using var connection = await FrameConnection.OpenAsync(member.PeerUrl);
            await connection.OpenCallAsync(WatchPath);
            Assert.Equal("pong pong pong pong", await PingAsync(connection, 4));
            Assert.Equal(Refused, await connection.RestAsync());
        }
    }

    [Fact]
    public async Task T05_pings_beyond_the_shortest_time_are_fine_while_a_stream_is_open()
    {
        await Task.WhenAll(Both.Select(static async member =>
        {
            using var connection = await FrameConnection.OpenAsync(member.ClientUrl);
            await connection.OpenCallAsync(WatchPath);
            for (int i = 0; i < 6; i++)
            {
                Assert.Equal("pong", await connection.PingAsync());
                // Counted from the answer, so at the server it is never less.
                await Task.Delay(TimeSpan.FromSeconds(0.3));
            }
        }));
    }

    [Fact]
    public async Task T05_answer_to_a_call_forgives_pings()
    {
        foreach (var member in Both)
        {
            using var connection = await FrameConnection.OpenAsync(member.ClientUrl);
            for (int i = 0; i < 4; i++)
            {
                Assert.Equal("pong pong pong", await PingAsync(connection, 3));
                await connection.CallAsync(RangePath, Range("T05").ToByteArray());
            }

            Assert.Equal("pong pong pong pong", await PingAsync(connection, 4));
            Assert.Equal(Refused, await connection.RestAsync());
        }
    }

    private static async Task<string> PingAsync(FrameConnection connection, int count)
    {
        var told = new List<string>();
        for (int i = 0; i < count; i++)
        {
            told.Add(await connection.PingAsync());
        }

        return string.Join(' ', told);
    }

    public sealed class Servers : IAsyncLifetime
    {
        private Pair _pair = null!;

        internal Harness.Cluster.Member ReferenceMember => _pair.ReferenceMember;

        internal Harness.Cluster.Member OurMember => _pair.OurMember;

        public async Task InitializeAsync() => _pair = await Pair.StartAsync("--grpc-keepalive-min-time=100ms");

        public async Task DisposeAsync() => await _pair.DisposeAsync();
    }
}
