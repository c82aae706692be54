using System.Security.Cryptography;
using Etcd.Member.Grpc;
using Etcd.Protocol.Errors;
using Etcdserverpb;
using Grpc.Health.V1;

namespace Etcd.Member.Tests.Grpc;

public sealed class MaintenanceEdgeTests
{
    [Fact]
    public async Task Status_shows_the_leader_and_the_version()
    {
        await using TestMember member = await TestMember.StartAsync();
        StatusResponse status = await member.Client.Maintenance.StatusAsync(new StatusRequest());

        Assert.Equal("3.5.30", status.Version);
        Assert.Equal(member.Node.MemberId, status.Leader);
        Assert.True(status.RaftIndex >= status.RaftAppliedIndex);
        Assert.Empty(status.Errors);
        Assert.Equal(1, status.Header.Revision);
    }

    [Fact]
    public async Task Alarm_is_set_listed_shown_and_removed()
    {
        await using TestMember member = await TestMember.StartAsync();
        Maintenance.MaintenanceClient client = member.Client.Maintenance;
        AlarmRequest set = new()
        {
            Action = AlarmRequest.Types.AlarmAction.Activate, MemberID = 5, Alarm = AlarmType.Corrupt,
        };
        AlarmResponse activated = await client.AlarmAsync(set);
        StatusResponse status = await client.StatusAsync(new StatusRequest());
        await KVEdgeTests.ThrowsAsync(
            EtcdErrors.Corrupt, async () => await KVEdgeTests.PutAsync(member, "a", "1"));
        set.Action = AlarmRequest.Types.AlarmAction.Deactivate;
        await client.AlarmAsync(set);
        AlarmResponse left = await client.AlarmAsync(new AlarmRequest());

        Assert.Equal(5UL, activated.Alarms.Single().MemberID);
        Assert.Equal("memberID:5 alarm:CORRUPT ", status.Errors.Single());
        Assert.Empty(left.Alarms);
    }

    [Fact]
    public async Task Move_leader_to_a_stranger_is_refused_and_to_itself_does_nothing()
    {
        await using TestMember member = await TestMember.StartAsync();
        Maintenance.MaintenanceClient client = member.Client.Maintenance;

        await KVEdgeTests.ThrowsAsync(
            EtcdErrors.BadLeaderTransferee,
            async () => await client.MoveLeaderAsync(new MoveLeaderRequest { TargetID = 1 }));
        await client.MoveLeaderAsync(new MoveLeaderRequest { TargetID = member.Node.MemberId });
    }

    [Fact]
    public async Task Hashes_answer_and_defragment_has_no_header()
    {
        await using TestMember member = await TestMember.StartAsync();
        await KVEdgeTests.PutAsync(member, "a", "1");
        HashKVResponse kv = await member.Client.Maintenance.HashKVAsync(new HashKVRequest());
        HashResponse all = await member.Client.Maintenance.HashAsync(new HashRequest());
        DefragmentResponse defragmented = await member.Client.Maintenance.DefragmentAsync(new DefragmentRequest());

        Assert.NotEqual(0U, kv.Hash);
        Assert.Equal(-1, kv.CompactRevision);
        Assert.Equal(2, kv.HashRevision);
        Assert.NotEqual(0U, all.Hash);
        Assert.Null(defragmented.Header);
    }

    [Fact]
    public async Task Snapshot_sends_a_database_file_with_its_hash_behind_it()
    {
        await using TestMember member = await TestMember.StartAsync();
        for (int i = 0; i < 50; i++)
        {
            await KVEdgeTests.PutAsync(member, $"k{i}", new string('x', 2000));
        }

        using MemoryStream file = new();
        List<ulong> remaining = [];
        using var stream = member.Client.Maintenance.Snapshot(new SnapshotRequest());
        while (await stream.ResponseStream.MoveNext(CancellationToken.None))
        {
            remaining.Add(stream.ResponseStream.Current.RemainingBytes);
            stream.ResponseStream.Current.Blob.WriteTo(file);
        }

        byte[] all = file.ToArray();
        Assert.Equal(32, all.Length % 512);
        Assert.Equal(SHA256.HashData(all.AsSpan(0, all.Length - 32)), all[^32..]);
        Assert.Equal((ulong)all.Length - 32 - (32 * 1024), remaining[0]);
        Assert.Equal([0UL, 0UL], remaining[^2..]);
    }

    [Fact]
    public async Task Snapshot_and_hash_read_on_the_threads_of_large_reads()
    {
        await using TestMember member = await TestMember.StartAsync();
        using ManualResetEventSlim release = new();
        List<Task<bool>> taken = [.. Enumerable.Range(0, LongReads.MostThreads)
            .Select(_ => member.LongReads.RunAsync(() => release.Wait(TestMember.Limit)))];

        using var snapshot = member.Client.Maintenance.Snapshot(new SnapshotRequest());
        Task<bool> first = snapshot.ResponseStream.MoveNext(CancellationToken.None);
        Task<HashResponse> hash = member.Client.Maintenance.HashAsync(new HashRequest()).ResponseAsync;
        await KVEdgeTests.PutAsync(member, "other", "1");

        Assert.False(first.IsCompleted);
        Assert.False(hash.IsCompleted);
        release.Set();
        Assert.True(await first);
        Assert.NotEqual(0U, (await hash).Hash);
        Assert.All(await Task.WhenAll(taken), Assert.True);
    }

    [Fact]
    public async Task Member_list_has_a_header_without_revision()
    {
        await using TestMember member = await TestMember.StartAsync();
        MemberListResponse list = await member.Client.Cluster.MemberListAsync(
            new MemberListRequest { Linearizable = true });

        Assert.Equal(0, list.Header.Revision);
        Assert.Equal(member.Node.MemberId, list.Header.MemberId);
        Assert.Equal("default", list.Members.Single().Name);
        Assert.Equal("http://localhost:2379", list.Members.Single().ClientURLs.Single());
        await KVEdgeTests.ThrowsAsync(
            EtcdErrors.MemberBadUrls,
            async () => await member.Client.Cluster.MemberAddAsync(new MemberAddRequest()));
    }

    [Theory]
    [InlineData(0, "3.4.0", "")]
    [InlineData(0, "3.4", "")]
    [InlineData(0, "x", "etcdserver: wrong downgrade target version format")]
    [InlineData(0, "3.3.0", "etcdserver: invalid downgrade target version")]
    [InlineData(2, "", "etcdserver: no inflight downgrade job")]
    [InlineData(9, "", "etcdserver: unknown method")]
    public async Task Downgrade_answers_as_etcd(int action, string version, string error)
    {
        await using TestMember member = await TestMember.StartAsync();
        DowngradeRequest request = new()
        {
            Action = (DowngradeRequest.Types.DowngradeAction)action, Version = version,
        };
        if (error.Length == 0)
        {
            DowngradeResponse response = await member.Client.Maintenance.DowngradeAsync(request);
            Assert.Equal("3.5.0", response.Version);
            return;
        }

        await KVEdgeTests.ThrowsAsync(
            EtcdErrors.FromText(error) ?? EtcdErrors.Other(error),
            async () => await member.Client.Maintenance.DowngradeAsync(request));
    }

    [Fact]
    public async Task Health_serves_and_knows_only_the_whole_server()
    {
        await using TestMember member = await TestMember.StartAsync();
        Health.HealthClient health = new(member.Client.Invoker);
        HealthCheckResponse whole = await health.CheckAsync(new HealthCheckRequest());
        HealthListResponse list = await health.ListAsync(new HealthListRequest());
        var exception = await Assert.ThrowsAsync<global::Grpc.Core.RpcException>(
            async () => await health.CheckAsync(new HealthCheckRequest { Service = "x" }));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, whole.Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, list.Statuses[string.Empty].Status);
        Assert.Equal(global::Grpc.Core.StatusCode.NotFound, exception.StatusCode);
        Assert.Equal("unknown service", exception.Status.Detail);
    }
}
