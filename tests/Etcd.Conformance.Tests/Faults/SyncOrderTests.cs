using Etcd.Conformance.Tests.Harness;
using Etcdserverpb;
using Google.Protobuf;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>
/// No answer before the disk: seen from outside, in the system calls of the members. Each traced transaction writes a
/// text of its own, which shows up where the log is written, and reads another that was stored before, which shows up
/// only where the answer is sent.
/// </summary>
public sealed class SyncOrderTests
{
    private const int Writes = 12;
    private const string Calls = "write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sendto,sendmsg,sendmmsg";

    [Fact]
    public async Task Member_alone_answers_after_its_log_is_synced() => await CheckAsync(members: 1, majority: 1);

    [Fact]
    public async Task Leader_of_three_answers_after_two_logs_are_synced() => await CheckAsync(members: 3, majority: 2);

    [Theory]
    [InlineData("1 fdatasync(9</m1/a.wal>) = 0", true)]
    [InlineData("2 fdatasync(9</m1/a.wal> <unfinished ...>\n2 <... fdatasync resumed>) = 0", true)]
    [InlineData("2 fdatasync(9</m1/a.wal> <unfinished ...>", false)]
    [InlineData("1 fdatasync(9</m2/a.wal>) = 0", false)]
    [InlineData("1 fdatasync(9</m1/a.wal>) = -1 EIO (Input/output error)", false)]
    [InlineData("1 write(9</m1/a.wal>, \"<record 1>\", 10) = 10", false)]
    public void Only_a_sync_that_returned_between_write_and_answer_counts(string between, bool counts)
    {
        string trace = $"1 pwrite64(9</m1/a.wal>, \"<record 3>\", 10, 64) = 10\n{between}\n" +
            "3 sendmsg(7<socket:[1]>, {msg_iov=[{iov_base=\"<answer 3>\", iov_len=10}]}, 0) = 10\n" +
            "1 fdatasync(9</m1/a.wal>) = 0\n";
        var calls = SystemCallTrace.Parse(trace.Split('\n'));
        Assert.Equal(counts, IsSyncedBefore(AnswerOf(calls, 3), calls, "/m1/", 3));
    }

    private static async Task CheckAsync(int members, int majority)
    {
        // A traced member is slow; it shall not lose its leadership for that.
        await using var cluster = await Cluster.StartOursAsync(
            members, "--heartbeat-interval=300", "--election-timeout=3000");
        var leader = await cluster.LeaderAsync(TimeSpan.FromSeconds(60));
        for (int write = 0; write < Writes; write++)
        {
            await leader.Kv.PutAsync(new PutRequest { Key = AnswerKey(write), Value = Text("answer", write) });
        }

        foreach (var member in cluster.Members)
        {
            // Linearizable: afterwards the member holds, and no longer receives, what the answers are made of.
            await member.Kv.RangeAsync(new RangeRequest { Key = AnswerKey(0) });
        }

        var calls = await TraceAsync(cluster, leader);
        string[] logs = [.. cluster.Members.Select(member => Path.Combine(member.DataDirectory, "member/wal/"))];
        for (int write = 0; write < Writes; write++)
        {
            var answer = AnswerOf(calls, write);
            int synced = logs.Count(log => IsSyncedBefore(answer, calls, log, write));
            Assert.True(
                synced >= majority,
                $"write {write}: answered at {answer.Begin} when {synced} of {members} members had synced their logs, " +
                $"expected {majority}; {string.Join("; ", Relevant(calls, write))}");
        }
    }

    private static async Task<IReadOnlyList<SystemCall>> TraceAsync(Cluster cluster, Cluster.Member leader)
    {
        int[] processes = [.. cluster.Members.Select(member => member.Process.Id)];
        await using var trace = await SystemCallTrace.StartAsync(processes, Calls, Path.Combine(cluster.Folder, "calls"));
        for (int write = 0; write < Writes; write++)
        {
            var put = new PutRequest { Key = AnswerKey(Writes), Value = Text("record", write) };
            var txn = new TxnRequest
            {
                Success =
                {
                    new RequestOp { RequestPut = put },
                    new RequestOp { RequestRange = new RangeRequest { Key = AnswerKey(write) } },
                },
            };
            await leader.Kv.TxnAsync(txn, deadline: DateTime.UtcNow.AddSeconds(60));
        }

        // So that the last answer is on its way for good.
        await leader.Kv.RangeAsync(new RangeRequest { Key = AnswerKey(Writes) });
        return await trace.StopAsync();
    }

    private static SystemCall AnswerOf(IReadOnlyList<SystemCall> calls, int write) =>
        calls.FirstOrDefault(call =>
            call.Name.StartsWith("send", StringComparison.Ordinal) && Holds(call, "answer", write))
        ?? throw new InvalidOperationException($"write {write}: the trace shows no answer on its way");

    private static bool IsSyncedBefore(SystemCall answer, IReadOnlyList<SystemCall> calls, string log, int write)
    {
        var ofLog = calls.Where(call => call.Arguments.Contains(log, StringComparison.Ordinal)).ToList();
        var written = ofLog.Find(call =>
            call.Name.Contains("write", StringComparison.Ordinal) && Holds(call, "record", write));
        return written is { Result: not null and not "-1" } && ofLog.Exists(call =>
            call.Name is "fsync" or "fdatasync" && call.Result == "0"
            && call.Begin > written.End && call.End < answer.Begin);
    }

    private static IEnumerable<string> Relevant(IReadOnlyList<SystemCall> calls, int write) => calls
        .Where(call => call.Name is "fsync" or "fdatasync"
            || Holds(call, "record", write) || Holds(call, "answer", write))
        .Select(call => $"{call.Begin}-{call.End} {call.Name} {Start(call.Arguments)} = {call.Result}");

    private static string Start(string text) => text[..Math.Min(text.Length, 60)];

    private static bool Holds(SystemCall call, string what, int write) =>
        call.Arguments.Contains($"<{what} {write}>", StringComparison.Ordinal);

    private static ByteString AnswerKey(int write) => ByteString.CopyFromUtf8($"key {write}");

    /// <summary>Repeated, so that it is found whole even where buffers cut it.</summary>
    private static ByteString Text(string what, int write) =>
        ByteString.CopyFromUtf8(string.Concat(Enumerable.Repeat($"<{what} {write}>", 20)));
}
