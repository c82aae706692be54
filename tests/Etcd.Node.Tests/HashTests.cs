using System.Collections.Concurrent;
using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;

namespace Etcd.Node.Tests;

public sealed class HashTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Hashes_leave_the_pool_alone_and_are_few_at_once()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember member = cluster[0];
        Assert.Null((await member.PutAsync("a", "1")).Error);
        using ManualResetEventSlim release = new();
        using CountdownEvent begun = new(MemberNode.MostHashes);
        ConcurrentBag<bool> onPool = [];
        member.Node.Metrics.RevisionHashObserved = _ =>
        {
            onPool.Add(Thread.CurrentThread.IsThreadPoolThread);
            if (!begun.IsSet)
            {
                begun.Signal();
            }

            Assert.True(release.Wait(Limit), "phase: hashes at once; expected: released; actual: held");
        };

        List<Task<(HashKvResult Result, EtcdError? Error)>> running =
            [.. Enumerable.Range(0, MemberNode.MostHashes).Select(_ => HashAsync(member, CancellationToken.None))];
        Assert.True(await Task.Run(() => begun.Wait(Limit)), "phase: hashes at once; expected: begun; actual: waiting");
        using CancellationTokenSource impatience = new();
        Task<(HashKvResult Result, EtcdError? Error)> given = HashAsync(member, impatience.Token);
        Task<(HashKvResult Result, EtcdError? Error)> waiting = HashAsync(member, CancellationToken.None);
        Assert.Null((await member.PutAsync("b", "1")).Error);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        Assert.Equal(MemberNode.MostHashes, onPool.Count);
        release.Set();
        foreach (Task<(HashKvResult Result, EtcdError? Error)> hash in running.Append(waiting))
        {
            Assert.Null((await hash).Error);
        }

        Assert.Equal(MemberNode.MostHashes + 1, onPool.Count);
        Assert.DoesNotContain(true, onPool);
        Assert.Equal(3, (await waiting).Result.HashRevision);
    }

    private static Task<(HashKvResult Result, EtcdError? Error)> HashAsync(
        TestMember member, CancellationToken cancellationToken) =>
        member.Node.HashKvAsync(revision: 0, cancellationToken).AsTask();
}
