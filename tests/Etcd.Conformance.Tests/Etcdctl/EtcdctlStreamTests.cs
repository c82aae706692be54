using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>Commands of etcdctl that go on until they are stopped: what they print, and how they end.</summary>
public sealed class EtcdctlStreamTests(ThreeSystems systems) : IClassFixture<ThreeSystems>
{
    [Fact]
    public Task Lock_passes_to_the_one_who_waits() => systems.SameAsync(async endpoint =>
    {
        using var first = RunningEtcdctl.Start(endpoint, "lock", "mutex");
        string owned = await first.ReadAsync(1);
        using var second = RunningEtcdctl.Start(endpoint, "lock", "mutex");
        await UntilCountAsync(endpoint, "mutex/", 2);
        string released = await first.InterruptAsync();
        string passed = await second.ReadAsync(1);
        string ended = await second.InterruptAsync();
        var command = await EtcdctlRun.RunAsync(
            endpoint, string.Empty, "lock", "mutex", "--ttl=20", "--", "sh", "-c", "echo $ETCD_LOCK_KEY $ETCD_LOCK_REV; exit 7");
        await UntilCountAsync(endpoint, "mutex/", 0);
        return Mask.Output($"{owned}\n{released}\n{passed}\n{ended}\n{command.Output}{command.ExitCode}", sortLines: false);
    });

    [Fact]
    public Task Election_is_observed_and_won_by_the_one_who_waits() => systems.SameAsync(async endpoint =>
    {
        using var first = RunningEtcdctl.Start(endpoint, "elect", "chair", "one");
        string elected = await first.ReadAsync(2);
        using var observer = RunningEtcdctl.Start(endpoint, "elect", "--listen", "chair");
        string seen = await observer.ReadAsync(2);
        using var second = RunningEtcdctl.Start(endpoint, "elect", "chair", "two");
        await UntilCountAsync(endpoint, "chair/", 2);
        string resigned = await first.InterruptAsync();
        string won = await second.ReadAsync(2);
        string seenNext = await observer.ReadAsync(2);
        string ended = await second.InterruptAsync();
        string left = await observer.InterruptAsync();
        return Mask.Output(
            $"{elected}\n{seen}\n{resigned}\n{won}\n{seenNext}\n{ended}\n{left}", sortLines: false);
    });

    [Fact]
    public Task Interactive_watch_follows_what_is_typed() => systems.SameAsync(async endpoint =>
    {
        long revision = await RevisionAfterPutAsync(endpoint, "wi/a", "1");
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "put", "wi/b", "2");
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "del", "wi/a");
        using var watch = RunningEtcdctl.Start(endpoint, "watch", "-i");
        await watch.WriteAsync($"watch wi/a --rev {revision}");
        string one = await watch.ReadAsync(5);
        await watch.WriteAsync("get wi/a");
        await watch.WriteAsync($"watch --prefix wi/ --prev-kv --rev {revision}");
        string all = await watch.ReadAsync(10);
        return $"{one}\n{all}\n{await watch.EndAsync()}";
    });

    [Theory]
    [InlineData(new[] { "w/", "--prefix" }, 12)]
    [InlineData(new[] { "w/", "--prefix", "--prev-kv" }, 16)]
    [InlineData(new[] { "w/1", "w/3" }, 9)]
    [InlineData(new[] { "w/1", "-w", "json" }, 1)]
    [InlineData(new[] { "w/1", "-w", "fields" }, 12)]
    [InlineData(new[] { "w/2", "--", "sh", "-c", "echo $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE" }, 2)]
    public Task Watch_from_a_revision_prints_what_was(string[] arguments, int lines) => systems.SameAsync(async endpoint =>
    {
        long revision = await RevisionAfterPutAsync(endpoint, "w/1", "a");
        foreach (string[] change in (string[][])[["put", "w/2", "b"], ["put", "w/1", "c"], ["del", "w/2"]])
        {
            await EtcdctlRun.RunAsync(endpoint, string.Empty, change);
        }

        using var watch = RunningEtcdctl.Start(endpoint, ["watch", $"--rev={revision}", .. arguments]);
        return Mask.Output(await watch.ReadAsync(lines), sortLines: false);
    });

    [Fact]
    public Task Keep_alive_goes_on_until_the_lease_is_revoked() => systems.SameAsync(async endpoint =>
    {
        var granted = await EtcdctlRun.RunAsync(endpoint, string.Empty, "lease", "grant", "6");
        string lease = granted.Output.Split(' ')[1];
        using var keepAlive = RunningEtcdctl.Start(endpoint, "lease", "keep-alive", lease);
        string kept = await keepAlive.ReadAsync(1);
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "lease", "revoke", lease);
        string ended = await keepAlive.EndAsync();
        return Mask.Output($"{kept}\n{Once(ended)}", sortLines: false);
    });

    [Fact]
    public Task Mirror_copies_what_is_there_and_what_comes() => systems.SameAsync(async endpoint =>
    {
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "put", "from/a", "1");
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "put", "from/b", "2");
        using var mirror = RunningEtcdctl.Start(
            endpoint, "make-mirror", "--prefix", "from/", "--dest-prefix", "into/", endpoint);
        await UntilCountAsync(endpoint, "into/", 2);
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "put", "from/c", "3");
        await UntilCountAsync(endpoint, "into/", 3);
        await EtcdctlRun.RunAsync(endpoint, string.Empty, "del", "from/a");
        await UntilCountAsync(endpoint, "into/", 2);
        string ended = await mirror.InterruptAsync();
        var copied = await EtcdctlRun.RunAsync(endpoint, string.Empty, "get", "--prefix", "into/");
        return $"{copied.Output}{ended}";
    });

    /// <summary>Renewals that were on their way are as good as none.</summary>
    private static string Once(string lines) => string.Join('\n', lines.Split('\n').Distinct());

    private static async Task<long> RevisionAfterPutAsync(string endpoint, string key, string value)
    {
        using var channel = Channels.To(endpoint);
        var response = await new Etcdserverpb.KV.KVClient(channel).PutAsync(Tables.Requests.Put(key, value));
        return response.Header.Revision;
    }

    /// <summary>Waits until so many keys have the prefix, by watching it.</summary>
    private static async Task UntilCountAsync(string endpoint, string prefix, long count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var channel = Channels.To(endpoint);
        using var watch = new Etcdserverpb.Watch.WatchClient(channel).Watch(cancellationToken: timeout.Token);
        string end = prefix[..^1] + (char)(prefix[^1] + 1);
        await watch.RequestStream.WriteAsync(Tables.Requests.Watch(prefix, end), timeout.Token);
        long last = -1;
        try
        {
            // The answer to the creation comes first: nothing is missed between the count and the next event.
            while (await watch.ResponseStream.MoveNext(timeout.Token))
            {
                var range = Tables.Requests.Range(prefix, end);
                range.CountOnly = true;
                last = (await new Etcdserverpb.KV.KVClient(channel).RangeAsync(range)).Count;
                if (last == count)
                {
                    return;
                }
            }
        }
        catch (Grpc.Core.RpcException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"phase: {prefix}; expected: {count} keys; actual: {last}");
        }
    }
}
