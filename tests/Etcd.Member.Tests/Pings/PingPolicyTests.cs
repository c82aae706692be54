using Etcd.Member.Host.Pings;

namespace Etcd.Member.Tests.Pings;

public sealed class PingPolicyTests
{
    private static readonly Http2Frame Ping = new(Frames.Ping, 0, 0);

    private readonly Clock _clock = new();
    private readonly PingPolicy _policy;

    public PingPolicyTests() => _policy = new PingPolicy(TimeSpan.FromSeconds(5), _clock);

    [Fact]
    public void Fourth_ping_without_streams_is_one_too_many()
    {
        Assert.Equal([false, false, false, true], PingEach(TimeSpan.FromSeconds(60), 4));
    }

    [Fact]
    public void Pings_without_streams_may_come_each_two_hours()
    {
        Assert.DoesNotContain(true, PingEach(TimeSpan.FromHours(2), 20));
    }

    [Fact]
    public void Pings_with_a_stream_may_come_each_shortest_time()
    {
        _policy.Received(new Http2Frame(Frames.Headers, Frames.EndHeaders, 1));
        Assert.DoesNotContain(true, PingEach(TimeSpan.FromSeconds(5), 20));
        Assert.Equal([false, false, false, true], PingEach(TimeSpan.FromSeconds(4.9), 4));
    }

    [Fact]
    public void Strikes_stay_until_something_is_served()
    {
        PingEach(TimeSpan.FromSeconds(1), 3);
        _policy.Sent(new Http2Frame(Frames.Settings, 0, 0));
        _policy.Sent(new Http2Frame(Frames.Data, 0, 1));
        Assert.Equal([false, false, false, true], PingEach(TimeSpan.FromSeconds(1), 4));
    }

    [Theory]
    [InlineData(Frames.Data, Frames.EndStream, true)]
    [InlineData(Frames.Headers, Frames.EndStream | Frames.EndHeaders, true)]
    [InlineData(Frames.Reset, 0, true)]
    [InlineData(Frames.Reset, 0, false)]
    public void Stream_is_closed_by_the_end_of_its_answer_and_by_either_sides_reset(byte type, byte flags, bool isSent)
    {
        _policy.Received(new Http2Frame(Frames.Headers, Frames.EndHeaders | Frames.EndStream, 5));
        Assert.DoesNotContain(true, PingEach(TimeSpan.FromSeconds(6), 9));
        var end = new Http2Frame(type, flags, 5);
        if (isSent)
        {
            _policy.Sent(end);
        }
        else
        {
            _policy.Received(end);
        }

        // What the server has sent forgives the first.
        int allowed = Array.IndexOf(PingEach(TimeSpan.FromSeconds(6), type == Frames.Reset ? 3 : 4), true);
        Assert.Equal(type == Frames.Reset ? 2 : 3, allowed);
    }

    [Fact]
    public void Trailers_of_the_client_open_nothing_and_acknowledgements_are_no_pings()
    {
        _policy.Received(new Http2Frame(Frames.Headers, Frames.EndHeaders, 7));
        _policy.Received(new Http2Frame(Frames.Reset, 0, 7));
        _policy.Received(new Http2Frame(Frames.Headers, Frames.EndHeaders | Frames.EndStream, 7));
        for (int i = 0; i < 10; i++)
        {
            _policy.Received(new Http2Frame(Frames.Ping, Frames.Acknowledgement, 0));
        }

        Assert.Equal([false, false, false, true], PingEach(TimeSpan.FromSeconds(60), 4));
        Assert.Equal(7, _policy.NewestStream);
    }

    private bool[] PingEach(TimeSpan interval, int count)
    {
        bool[] exceeded = new bool[count];
        for (int i = 0; i < count; i++)
        {
            _policy.Received(Ping);
            Assert.False(_policy.IsOver, "the answer is owed");
            _policy.Sent(new Http2Frame(Frames.Ping, Frames.Acknowledgement, 0));
            exceeded[i] = _policy.IsOver;
            _clock.Now += interval.Ticks;
        }

        return exceeded;
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
