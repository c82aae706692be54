using Etcd.Conformance.Tests.Differential;
using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using static Etcd.Conformance.Tests.Tables.Requests;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>
/// One of three members has another value in its store than the rest. What each check makes of it, and what clients are
/// told, is the same for three members of etcd's and three of ours.
/// </summary>
public sealed class CorruptionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>etcd 3.5 knows the other members at its start only from a snapshot of its log, so one is made.</summary>
    [Fact]
    public Task Initial_check_ends_the_member_and_periodic_check_raises_the_alarm() =>
        SameAsync(PeriodicAsync, "--experimental-corrupt-check-time=1s", "--snapshot-count=5");

    [Fact]
    public Task Check_of_compaction_hashes_raises_the_alarm() => SameAsync(
        CompactHashAsync,
        "--experimental-compact-hash-check-enabled=true", "--experimental-compact-hash-check-time=1s");

    private static async Task SameAsync(Func<Cluster, List<string>, Task> scenario, params string[] arguments)
    {
        var expected = RunAsync(Cluster.StartReferenceAsync(3, arguments), scenario);
        var actual = RunAsync(Cluster.StartOursAsync(3, arguments), scenario);
        Assert.Equal(await expected, await actual);
    }

    private static async Task<List<string>> RunAsync(Task<Cluster> starting, Func<Cluster, List<string>, Task> scenario)
    {
        await using var cluster = await starting;
        var seen = new List<string>();
        await scenario(cluster, seen);
        return seen;
    }

    private static async Task PeriodicAsync(Cluster cluster, List<string> seen)
    {
        var corrupt = await CorruptAFollowerAsync(cluster);
        corrupt.Launch("--experimental-initial-corrupt-check=true");
        int exitCode = await corrupt.Process.EndedAsync();
        string log = await File.ReadAllTextAsync(corrupt.Process.LogFile);
        Assert.Contains("checkInitialHashKV failed", log, StringComparison.Ordinal);
        seen.Add($"initial check: exit code {exitCode}");

        corrupt.Launch();
        await UntilAlarmAsync(cluster, corrupt, seen);
        await ServedAsync(cluster, seen);
    }

    private static async Task CompactHashAsync(Cluster cluster, List<string> seen)
    {
        var corrupt = await CorruptAFollowerAsync(cluster);
        corrupt.Launch();
        await corrupt.UntilHealthyAsync();
        var leader = await cluster.LeaderAsync(Limit);
        var put = await leader.Kv.PutAsync(Put("k9", "again"));
        await leader.Kv.CompactAsync(new CompactionRequest { Revision = put.Header.Revision, Physical = true });
        await UntilAlarmAsync(cluster, corrupt, seen);
        await ServedAsync(cluster, seen);
    }

    private static async Task<Member> CorruptAFollowerAsync(Cluster cluster)
    {
        var leader = await cluster.LeaderAsync(Limit);
        for (int write = 0; write < 20; write++)
        {
            await leader.Kv.PutAsync(Put($"k{write % 10}", $"v{write}"));
        }

        var follower = cluster.Members.First(member => member != leader);
        await follower.Kv.RangeAsync(Range("k0"));

        // What it has applied is on disk afterwards.
        await follower.Maintenance.DefragmentAsync(new DefragmentRequest());
        await follower.Process.TerminateAsync();
        await StoreFiles.CorruptAsync(follower, "k3");
        return follower;
    }

    private static async Task UntilAlarmAsync(Cluster cluster, Member corrupt, List<string> seen)
    {
        using var timeout = new CancellationTokenSource(Limit);
        var asked = cluster.Members.First(member => member != corrupt);
        while (true)
        {
            var alarms = (await asked.Maintenance.AlarmAsync(
                new AlarmRequest(), deadline: DateTime.UtcNow + Limit)).Alarms;
            if (alarms.Count > 0)
            {
                seen.AddRange(alarms.Select(alarm =>
                    $"alarm {alarm.Alarm} of {(alarm.MemberID == 0 ? "nobody" : "a member")}"));
                return;
            }

            Assert.False(
                timeout.IsCancellationRequested,
                $"phase: corruption check; expected: an alarm within {Limit}; actual: none\n{asked.Process.LogTail()}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>What every member serves, the corrupt one included.</summary>
    private static async Task ServedAsync(Cluster cluster, List<string> seen)
    {
        IMessage[] requests =
        [
            Range("k1"), Put("k1", "w"), Delete("k1"), Txn(Op(Put("k1", "w"))), Txn(Op(Range("k1"))),
            new CompactionRequest { Revision = 2 }, Grant(1, 60), Range("k1"), new StatusRequest(),
        ];
        foreach (var member in cluster.Members)
        {
            foreach (var request in requests)
            {
                var outcome = await Answer.OfAsync(member, request);
                seen.Add(request is StatusRequest
                    ? string.Join(", ", ((StatusResponse)outcome.Response!).Errors)
                    : $"{request.Descriptor.Name}: {outcome.Text}");
            }

            using var health = await Http.GetAsync($"{member.ClientUrl}/health");
            seen.Add($"health {(int)health.StatusCode}: {(await health.Content.ReadAsStringAsync()).Trim()}");
        }
    }
}
