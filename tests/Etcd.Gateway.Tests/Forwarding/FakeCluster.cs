namespace Etcd.Gateway.Tests.Forwarding;

/// <summary>Three fake members that agree on whatever leader the test names.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    private ulong _leaderId = 1;
    private ulong _term = 2;

    public FakeCluster()
    {
        Members = [new FakeMember(this, 1), new FakeMember(this, 2), new FakeMember(this, 3)];
    }

    public FakeMember[] Members { get; }

    public ulong LeaderId => Volatile.Read(ref _leaderId);

    public ulong Term => Volatile.Read(ref _term);

    public int Puts => Members.Sum(member => member.Puts);

    public async Task StartAsync()
    {
        foreach (var member in Members)
        {
            await member.StartAsync();
        }
    }

    /// <summary>From now on all members name this leader, of a new term.</summary>
    public void Elect(FakeMember member)
    {
        Interlocked.Increment(ref _term);
        Volatile.Write(ref _leaderId, member.Id);
    }

    /// <summary>Kills the leader; the others no longer name one.</summary>
    public async Task LoseLeaderAsync()
    {
        var leader = Members.Single(member => member.Id == LeaderId);
        Volatile.Write(ref _leaderId, 0);
        await leader.KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }
    }
}
