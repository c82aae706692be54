using System.Security.Cryptography;
using Etcd.Conformance.Tests.Differential;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Action = Etcdserverpb.AlarmRequest.Types.AlarmAction;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Maintenance, item by item.</summary>
public sealed class MaintenanceTableTests(Pair pair) : IClassFixture<Pair>
{
    private const string NoSpace = "etcdserver: mvcc: database space exceeded";
    private const string Corrupt = "etcdserver: corrupt cluster";

    private Member[] Both => [pair.ReferenceMember, pair.OurMember];

    [Fact]
    public async Task N01_status_has_sizes_indexes_and_the_leader()
    {
        await pair.PutAsync("N01", "v");
        await pair.SameAsync<StatusResponse>(new StatusRequest());
        foreach (var member in Both)
        {
            var status = await StatusAsync(member);
            Assert.Equal(status.Header.MemberId, status.Leader);
            Assert.InRange(status.RaftAppliedIndex, 1UL, status.RaftIndex);
            Assert.Equal((2UL, pair.Revision, false), (status.RaftTerm, status.Header.Revision, status.IsLearner));
        }
    }

    [Fact]
    public async Task N02_status_of_later_releases()
    {
        var status = await StatusAsync(pair.OurMember);
        Assert.Equal("3.5.0", status.StorageVersion);
        Assert.Equal(2147483648, status.DbSizeQuota);
        Assert.Equal(new DowngradeInfo(), status.DowngradeInfo);
    }

    [Fact]
    public async Task N03_alarms_are_errors_of_the_status() => await UnderAsync(AlarmType.Nospace, async () =>
    {
        foreach (var member in Both)
        {
            var status = await StatusAsync(member);
            Assert.Equal([$"memberID:{status.Header.MemberId} alarm:NOSPACE "], status.Errors);
        }

        await UnderAsync(AlarmType.Corrupt, async () =>
        {
            foreach (var member in Both)
            {
                var status = await StatusAsync(member);
                string id = $"memberID:{status.Header.MemberId}";
                Assert.Equal(
                    [$"{id} alarm:CORRUPT ", $"{id} alarm:NOSPACE "], status.Errors.Order(StringComparer.Ordinal));
            }
        });
    });

    [Fact]
    public async Task N05_without_space_only_what_needs_none_goes_on()
    {
        await pair.PutAsync("N05/a", "v");
        await pair.PutAsync("N05/b", "v");
        await pair.SameAsync<LeaseGrantResponse>(Grant(505, 3600));
        await pair.PutAsync("N05/leased", "v", lease: 505);
        await UnderAsync(AlarmType.Nospace, async () =>
        {
            await pair.RefusedAsync(Put("N05/c", "v"), StatusCode.ResourceExhausted, NoSpace);
            await pair.RefusedAsync(Txn(Op(Put("N05/c", "v"))), StatusCode.ResourceExhausted, NoSpace);
            // The puts of nested transactions count for nothing.
            await pair.SameAsync<TxnResponse>(Txn(Op(Txn(Op(Put("N05/nested", "v"))))));
            await pair.RefusedAsync(
                Txn(Version("N05/a", 1), [Op(Range("N05/a"))], [Op(Put("N05/c", "v"))]),
                StatusCode.ResourceExhausted, NoSpace);
            await pair.RefusedAsync(Grant(506, 3600), StatusCode.ResourceExhausted, NoSpace);
            await pair.GetAsync("N05/", "N050");
            await pair.SameAsync<TxnResponse>(Txn(Op(Range("N05/a")), Op(Delete("N05/a"))));
            await pair.SameAsync<TxnResponse>(Txn(Op(Txn(Op(Delete("N05/b"))))));
            await pair.SameAsync<DeleteRangeResponse>(Delete("N05/b"));
            await pair.SameAsync<LeaseKeepAliveResponse>(new LeaseKeepAliveRequest { ID = 505 });
            await pair.SameAsync<LeaseRevokeResponse>(Revoke(505));
            var compaction = new CompactionRequest { Revision = pair.Revision, Physical = true };
            await pair.SameAsync<CompactionResponse>(compaction);
            await pair.SameAsync<DefragmentResponse>(new DefragmentRequest());
            await pair.RefusedAsync(Put("N05/c", "v"), StatusCode.ResourceExhausted, NoSpace);
            await pair.GetAsync("N05/", "N050");
        });
        await pair.PutAsync("N05/c", "v");
    }

    [Fact]
    public Task N08_only_the_alarm_of_the_right_member_is_disarmed() => UnderAsync(AlarmType.Nospace, async () =>
    {
        await pair.SameAsync<AlarmResponse>(Alarm(Action.Deactivate, AlarmType.Nospace, memberId: 0));
        await pair.SameAsync<AlarmResponse>(Alarm(Action.Deactivate, AlarmType.Nospace, memberId: 77));
        var listed = await pair.SameAsync<AlarmResponse>(Alarm(Action.Get, AlarmType.None, memberId: 0));
        Assert.Single(listed.Alarms);
        await EachAsync(member => Alarm(Action.Deactivate, AlarmType.Nospace, member), alarms: 1);
        await EachAsync(_ => Alarm(Action.Get, AlarmType.None, memberId: 0), alarms: 0);
    });

    [Fact]
    public async Task N09_alarm_is_activated_once_and_none_is_no_alarm()
    {
        await UnderAsync(AlarmType.Nospace, async () =>
        {
            await EachAsync(member => Alarm(Action.Activate, AlarmType.Nospace, member), alarms: 1);
            var listed = await pair.SameAsync<AlarmResponse>(Alarm(Action.Get, AlarmType.Nospace, memberId: 0));
            Assert.Single(listed.Alarms);
            await pair.SameAsync<AlarmResponse>(Alarm(Action.Get, AlarmType.Corrupt, memberId: 0));
            await pair.SameAsync<AlarmResponse>(Alarm(Action.Activate, AlarmType.None, memberId: 9));
            await pair.SameAsync<AlarmResponse>(Alarm(Action.Get, AlarmType.None, memberId: 0));
        });

        // etcd 3.5 stops at numbers that it does not know; ours refuses them and goes on.
        var unknown = await Answer.OfAsync(pair.OurMember, Alarm((Action)9, AlarmType.Nospace, memberId: 0));
        Assert.Equal("InvalidArgument: etcdserver: unknown alarm or action", unknown.Text);
        unknown = await Answer.OfAsync(pair.OurMember, Alarm(Action.Activate, (AlarmType)9, memberId: 0));
        Assert.Equal("InvalidArgument: etcdserver: unknown alarm or action", unknown.Text);
        await pair.SameAsync<AlarmResponse>(Alarm(Action.Get, AlarmType.None, memberId: 0));
    }

    [Fact]
    public async Task N10_corrupt_cluster_serves_reads_only()
    {
        await pair.PutAsync("N10/a", "v");
        await pair.SameAsync<LeaseGrantResponse>(Grant(510, 3600));
        await using var watch = WatchPair.Open(pair);
        await watch.CreateAsync(Watch("N10/a"));
        await UnderAsync(AlarmType.Corrupt, async () =>
        {
            IMessage[] refused =
            [
                Put("N10/a", "w"), Delete("N10/a"), Txn(Op(Put("N10/a", "w"))),
                Txn(Op(Range("N10/a")), Op(Delete("N10/a"))),
                new CompactionRequest { Revision = pair.Revision }, Grant(511, 3600), Revoke(510),
            ];
            foreach (var request in refused)
            {
                await pair.RefusedAsync(request, StatusCode.DataLoss, Corrupt);
            }

            await pair.GetAsync("N10/a");
            await pair.SameAsync<RangeResponse>(new RangeRequest { Key = Bytes("N10/a"), Serializable = true });
            await pair.SameAsync<TxnResponse>(Txn(Op(Range("N10/a"))));
            await pair.SameAsync<LeaseKeepAliveResponse>(new LeaseKeepAliveRequest { ID = 510 });
        });
        await pair.PutAsync("N10/a", "x");
        Assert.Equal("x", (await watch.EventsAsync(1))[0].Kv.Value.ToStringUtf8());
        await pair.SameAsync<LeaseRevokeResponse>(Revoke(510));
    }

    [Fact]
    public async Task N12_defragmentation_gives_space_back_and_keeps_the_data()
    {
        byte[] value = new byte[100_000];
        for (int version = 0; version < 60; version++)
        {
            // Alike from run to run, but nothing that compression shrinks.
            new Random(version).NextBytes(value);
            var put = new PutRequest { Key = Bytes("N12"), Value = ByteString.CopyFrom(value) };
            await pair.SameAsync<PutResponse>(put);
        }

        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = pair.Revision, Physical = true });
        foreach (var member in Both)
        {
            await member.Maintenance.DefragmentAsync(new DefragmentRequest());
            var status = await StatusAsync(member);
            Assert.InRange(status.DbSize, 1, 2_000_000);
            Assert.InRange(status.DbSizeInUse, 100_000, status.DbSize);
        }

        await pair.GetAsync("N12");
        await pair.SameAsync<HashKVResponse>(new HashKVRequest());
    }

    [Fact]
    public async Task N13_N14_snapshot_comes_in_blobs_and_ends_with_its_hash()
    {
        for (int i = 0; i < 20; i++)
        {
            await pair.PutAsync($"N13/{i}", new string('v', 10_000));
        }

        foreach (var member in Both)
        {
            var blobs = new List<SnapshotResponse>();
            using var call = member.Maintenance.Snapshot(new SnapshotRequest());
            await foreach (var blob in call.ResponseStream.ReadAllAsync())
            {
                Assert.InRange(blob.Blob.Length, 1, 32 << 10);
                Assert.Null(blob.Header);
                blobs.Add(blob);
            }

            byte[] file = [.. blobs.SkipLast(1).SelectMany(blob => blob.Blob)];
            ulong left = (ulong)file.Length;
            foreach (var blob in blobs.SkipLast(1))
            {
                left -= (ulong)blob.Blob.Length;
                Assert.Equal(left, blob.RemainingBytes);
            }

            Assert.Equal(0, file.Length % 512);
            Assert.Equal(SHA256.HashData(file), blobs[^1].Blob.ToByteArray());
            Assert.Equal(0UL, blobs[^1].RemainingBytes);
        }
    }

    [Fact]
    public async Task N17_hash_is_of_a_revision_neither_compacted_nor_in_the_future()
    {
        for (int version = 0; version < 6; version++)
        {
            await pair.PutAsync("N17", $"v{version}");
        }

        long compacted = pair.Revision - 3;
        await pair.SameAsync<CompactionResponse>(new CompactionRequest { Revision = compacted, Physical = true });
        await pair.SameAsync<HashKVResponse>(new HashKVRequest());
        for (long revision = compacted; revision <= pair.Revision; revision++)
        {
            await pair.SameAsync<HashKVResponse>(new HashKVRequest { Revision = revision });
        }

        await pair.RefusedAsync(
            new HashKVRequest { Revision = compacted - 1 }, StatusCode.OutOfRange,
            "etcdserver: mvcc: required revision has been compacted");
        await pair.RefusedAsync(
            new HashKVRequest { Revision = pair.Revision + 1 }, StatusCode.OutOfRange,
            "etcdserver: mvcc: required revision is a future revision");
    }

    /// <summary>Such a key is not alive for etcd's hash there; with no other one alive, every row counts.</summary>
    [Fact]
    public async Task N17_hash_at_a_revision_that_deletes_all_and_creates_one_again()
    {
        await using var own = await Pair.StartAsync();
        await own.PutAsync("N17", "v");
        await own.PutAsync("N17/other", "v");
        await own.PutAsync("N17/other", "w");
        await own.SameAsync<CompactionResponse>(
            new CompactionRequest { Revision = own.Revision - 1, Physical = true });
        // Deletes up to the last key are not checked against puts of the same transaction.
        await own.SameAsync<TxnResponse>(Txn(Op(Delete("N17", FromKey)), Op(Put("N17", "again"))));
        long recreated = own.Revision;
        await own.PutAsync("N17/later", "v");
        foreach (long revision in (long[])[recreated - 1, recreated, recreated + 1])
        {
            await own.SameAsync<HashKVResponse>(new HashKVRequest { Revision = revision });
        }
    }

    [Fact]
    public async Task N19_downgrade_goes_to_the_release_before_only()
    {
        await pair.SameAsync<DowngradeResponse>(Downgrade(DowngradeRequest.Types.DowngradeAction.Validate, "3.4"));
        await pair.SameAsync<DowngradeResponse>(Downgrade(DowngradeRequest.Types.DowngradeAction.Validate, "3.4.9"));
        foreach (string version in (string[])["abc", "", "3", "3.5", "3.3", "4.4", "3.4.0.1"])
        {
            await pair.SameAsync(Downgrade(DowngradeRequest.Types.DowngradeAction.Validate, version));
            await pair.SameAsync(Downgrade(DowngradeRequest.Types.DowngradeAction.Enable, version));
        }

        await pair.SameAsync(Downgrade(DowngradeRequest.Types.DowngradeAction.Cancel, ""));
    }

    /// <summary>Ours alone: etcd 3.5 does the same but never answers, so that its clients time out.</summary>
    [Fact]
    public async Task N20_one_downgrade_is_enabled_at_a_time_and_cancelled_once()
    {
        const string InProgress = "FailedPrecondition: etcdserver: cluster has a downgrade job in progress";
        var enable = Downgrade(DowngradeRequest.Types.DowngradeAction.Enable, "3.4");
        var validate = Downgrade(DowngradeRequest.Types.DowngradeAction.Validate, "3.4");
        var cancel = Downgrade(DowngradeRequest.Types.DowngradeAction.Cancel, "");
        var member = pair.OurMember;
        await member.Maintenance.DowngradeAsync(enable);
        var info = (await StatusAsync(member)).DowngradeInfo;
        Assert.Equal((true, "3.4.0"), (info.Enabled, info.TargetVersion));
        Assert.Equal(InProgress, (await Answer.OfAsync(member, enable)).Text);
        Assert.Equal(InProgress, (await Answer.OfAsync(member, validate)).Text);
        await member.Maintenance.DowngradeAsync(cancel);
        Assert.Equal(
            "FailedPrecondition: etcdserver: no inflight downgrade job", (await Answer.OfAsync(member, cancel)).Text);
    }

    [Fact]
    public Task N21_unknown_downgrade_action_is_an_unknown_method() => pair.RefusedAsync(
        Downgrade((DowngradeRequest.Types.DowngradeAction)9, "3.4"), StatusCode.Unknown, "etcdserver: unknown method");

    private static AlarmRequest Alarm(Action action, AlarmType type, ulong memberId) =>
        new() { Action = action, Alarm = type, MemberID = memberId };

    private static DowngradeRequest Downgrade(DowngradeRequest.Types.DowngradeAction action, string version) =>
        new() { Action = action, Version = version };

    private static async Task<StatusResponse> StatusAsync(Member member) =>
        await member.Maintenance.StatusAsync(new StatusRequest());

    /// <summary>Sends each member a request with its own id; the answers have so many alarms and are alike.</summary>
    private async Task EachAsync(Func<ulong, AlarmRequest> request, int alarms)
    {
        var answers = new List<string>();
        foreach (var member in Both)
        {
            ulong id = (await StatusAsync(member)).Header.MemberId;
            var outcome = await Answer.OfAsync(member, request(id));
            Assert.Equal(alarms, ((AlarmResponse)outcome.Response!).Alarms.Count);
            answers.Add(outcome.Text);
        }

        Assert.Equal(answers[0], answers[1]);
    }

    /// <summary>Runs while both members have an alarm.</summary>
    private async Task UnderAsync(AlarmType type, Func<Task> test)
    {
        await EachAsync(member => Alarm(Action.Activate, type, member), alarms: 1);
        try
        {
            await test();
        }
        finally
        {
            foreach (var member in Both)
            {
                ulong id = (await StatusAsync(member)).Header.MemberId;
                await member.Maintenance.AlarmAsync(Alarm(Action.Deactivate, type, id));
            }
        }
    }
}
