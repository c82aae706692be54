using Etcd.Node.Peers;
using Etcd.Node.Tests.Cluster;
using Etcd.Protocol.Errors;
using Etcd.Raft;
using Etcd.StateMachine;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Node.Tests;

public sealed class SingleMemberTests
{
    [Fact]
    public async Task Put_on_a_new_member_is_readable()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        ApplyResult result = await cluster[0].PutAsync("a", "1");
        Assert.Null(result.Error);
        Assert.Equal(2, ((PutResponse)result.Response!).Header.Revision);
        Assert.Equal("1", await cluster[0].ReadAsync("a"));
    }

    [Fact]
    public async Task Member_publishes_its_attributes_and_the_cluster_version()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster[0].Node.Published.WaitAsync(TimeSpan.FromSeconds(20));
        await cluster[0].WaitAsync("cluster version", node => node.Membership.Version is not null);
        Assert.Equal("3.5.0", cluster[0].Node.Membership.Version.ToString());
        Assert.Equal($"m{cluster[0].Id:x}", cluster[0].Node.Membership.Find(cluster[0].Id)!.Name);
        Assert.Equal(2UL, cluster[0].Node.Term);
    }

    [Fact]
    public async Task Cluster_version_is_decided_at_once_by_a_member_that_leads_before_its_start_has_ended()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1, options => options with { Time = new LateTimers() });
        await cluster[0].WaitAsync("cluster version", node => node.Membership.Version is not null);
    }

    [Theory]
    [InlineData(EntryType.Normal, "FF")]
    [InlineData(EntryType.Normal, "")]
    [InlineData(EntryType.Normal, "F23F00")]
    [InlineData(EntryType.ConfChange, "0801FF")]
    [InlineData(EntryType.ConfChangeV2, "")]
    public async Task Forwarded_proposal_that_nobody_could_apply_is_dropped(EntryType type, string data)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);

        ReceiveResult result = cluster[0].Node.Receive(Forwarded(cluster[0].Id, type, Convert.FromHexString(data)));

        Assert.Equal(ReceiveResult.Dropped, result);
        Assert.Null((await cluster[0].PutAsync("a", "1")).Error);
    }

    [Fact]
    public async Task Forwarded_proposal_is_applied()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster[0].PutAsync("a", "1");
        InternalRaftRequest request = new()
        {
            Header = new Etcdserverpb.RequestHeader { ID = 5 },
            Put = new PutRequest { Key = ByteString.CopyFromUtf8("b") },
        };

        ReceiveResult result = cluster[0].Node.Receive(
            Forwarded(cluster[0].Id, EntryType.Normal, request.ToByteArray()));

        Assert.Equal(ReceiveResult.Accepted, result);
        await cluster[0].WaitAsync("the forwarded put", node => node.View.Revision == 3);
    }

    private static Message Forwarded(ulong to, EntryType type, byte[] data) => new()
    {
        Type = MessageType.Proposal, From = 99, To = to, Entries = new Entry[] { new(type, 0, 0, data) },
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task Acknowledged_puts_survive_a_crash_whatever_the_engine_kept(int survivingBatches)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        for (int i = 0; i < 20; i++)
        {
            Assert.Null((await cluster[0].PutAsync($"k{i}", $"v{i}")).Error);
        }

        long revision = cluster[0].Node.View.Revision;
        await cluster[0].CrashAsync(unflushed => Math.Min(unflushed, survivingBatches));
        await cluster[0].StartAsync();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal($"v{i}", await cluster[0].ReadAsync($"k{i}"));
        }

        Assert.Equal(revision, cluster[0].Node.View.Revision);
    }

    [Fact]
    public async Task Put_is_neither_answered_nor_visible_before_the_log_is_synced()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster[0].WaitAsync("own proposals", node => node.Membership.Version is not null);
        using ManualResetEventSlim release = new();
        TaskCompletionSource syncing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster[0].Log.BeforeSync = () =>
        {
            syncing.TrySetResult();
            release.Wait(TimeSpan.FromSeconds(20));
        };

        Task<ApplyResult> put = cluster[0].PutAsync("a", "1");
        await syncing.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Null(cluster[0].Get("a"));
        Assert.False(put.IsCompleted);
        release.Set();
        Assert.Null((await put).Error);
        Assert.Equal("1", cluster[0].Get("a"));
    }

    [Fact]
    public async Task Read_of_a_member_that_leads_again_waits_for_what_it_had_acknowledged()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember member = cluster[0];
        Assert.Null((await member.PutAsync("a", "1")).Error);
        await member.CrashAsync();

        // The vote becomes durable, and so it leads; the entry that opens its term does not yet.
        using ManualResetEventSlim release = new();
        int syncs = 0;
        member.Log.BeforeSync = () => _ = Interlocked.Increment(ref syncs) > 1 && release.Wait(TimeSpan.FromSeconds(20));
        await member.StartAsync();
        await member.WaitAsync("lead", node => node.IsLeader);
        Task<EtcdError?> read = member.Node.LinearizableReadAsync();

        Assert.False(read.IsCompleted);
        release.Set();
        Assert.Null(await read.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("1", member.Get("a"));
    }

    [Fact]
    public async Task Checkpoint_releases_the_log_and_a_restart_starts_after_it()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        for (int i = 0; i < 50; i++)
        {
            await cluster[0].PutAsync($"k{i}", "v");
        }

        await cluster[0].Node.CheckpointAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(cluster[0].Log.DurableEntries < 50, $"{cluster[0].Log.DurableEntries} entries are left");
        await cluster[0].PutAsync("after", "1");
        await cluster[0].CrashAsync();
        await cluster[0].StartAsync();
        Assert.Equal("1", await cluster[0].ReadAsync("after"));
        Assert.Equal("v", cluster[0].Get("k49"));
    }

    [Fact]
    public async Task Log_failure_stops_the_member_and_fails_its_waiters()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster[0].PutAsync("a", "1");
        cluster[0].Log.SyncFailure = new IOException("no such disk");
        ApplyResult result = await cluster[0].PutAsync("b", "2");
        Assert.Equal(EtcdErrors.Stopped, result.Error);
        IOException error = await Assert.ThrowsAsync<IOException>(
            () => cluster[0].Node.Stopped.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("no such disk", error.Message);
        Assert.Equal(EtcdErrors.Stopped, await cluster[0].Node.LinearizableReadAsync());
    }

    [Fact]
    public async Task Cancelled_proposal_ends_its_wait()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster[0].WaitAsync("own proposals", node => node.Membership.Version is not null);

        // Answers come in the order of the log: with this one, the member's own proposals are answered too.
        await cluster[0].PutAsync("a", "1");
        using ManualResetEventSlim release = new();
        cluster[0].Log.BeforeSync = () => release.Wait(TimeSpan.FromSeconds(20));
        using CancellationTokenSource cancel = new();
        Task<ApplyResult> put = cluster[0].Node.ProposeAsync(
            new InternalRaftRequest { Put = new PutRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("b") } },
            cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, cluster[0].Node.Metrics.ProposalsPending);
        release.Set();
    }

    [Fact]
    public async Task Request_above_the_limit_is_refused()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        ApplyResult result = await cluster[0].PutAsync("a", new string('x', 1_572_864));
        Assert.Equal(EtcdErrors.RequestTooLarge, result.Error);
    }

    [Fact]
    public async Task Compaction_with_physical_answers_after_the_sweep()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        for (int i = 0; i < 10; i++)
        {
            await cluster[0].PutAsync("a", $"{i}");
        }

        ApplyResult result = await cluster[0].Node.ProposeAsync(
            new InternalRaftRequest { Compaction = new CompactionRequest { Revision = 8, Physical = true } },
            CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null(result.Error);
        Assert.True(result.Sweep!.IsFinished);
        Assert.Equal(8, cluster[0].Node.View.CompactRevision);
    }
}
