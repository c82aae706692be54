using System.Globalization;
using Etcd.Conformance.Tests.Differential;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using static Etcd.Conformance.Tests.Tables.Requests;
using Action = Etcdserverpb.AlarmRequest.Types.AlarmAction;
using Member = Etcd.Conformance.Tests.Harness.Cluster.Member;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>The quota of the store, item by item: what etcd does with 16 MiB, ours does too.</summary>
public sealed class QuotaTableTests
{
    private const long QuotaBytes = 16 << 20;
    private const string NoSpace = "ResourceExhausted: etcdserver: mvcc: database space exceeded";

    private static readonly HttpClient Http = new();

    [Fact]
    public async Task N04_N06_N07_full_store_refuses_writes_until_it_is_emptied_and_disarmed()
    {
        await using var pair = await Pair.StartAsync($"--quota-backend-bytes={QuotaBytes}");
        foreach (var member in (Member[])[pair.ReferenceMember, pair.OurMember])
        {
            await FillAsync(member);
            var status = await member.Maintenance.StatusAsync(new StatusRequest());
            Assert.InRange(status.DbSize, QuotaBytes - (2 << 20), QuotaBytes * 2);

            // The refusal comes first, the alarm through the log after it.
            var alarm = await UntilAlarmAsync(member);
            Assert.Equal((status.Header.MemberId, AlarmType.Nospace), (alarm.MemberID, alarm.Alarm));
            Assert.Equal(NoSpace, (await Answer.OfAsync(member, Put("N04/other", "v"))).Text);

            // Disarmed while it is as full as before, it is armed again by the next write.
            await DisarmAsync(member, alarm);
            await FillAsync(member);
            alarm = await UntilAlarmAsync(member);

            // Space alone does not lift the alarm, the alarm's end alone gives no space.
            long revision = (await member.Kv.DeleteRangeAsync(Delete("N04/", "N040"))).Header.Revision;
            await member.Kv.CompactAsync(new CompactionRequest { Revision = revision, Physical = true });
            await member.Maintenance.DefragmentAsync(new DefragmentRequest());
            status = await member.Maintenance.StatusAsync(new StatusRequest());
            Assert.InRange(status.DbSize, 1, QuotaBytes / 2);
            Assert.Equal(NoSpace, (await Answer.OfAsync(member, Put("N04/other", "v"))).Text);
            await DisarmAsync(member, alarm);
            await member.Kv.PutAsync(Put("N04/other", "v"));
            Assert.Empty((await member.Maintenance.StatusAsync(new StatusRequest())).Errors);
        }
    }

    [Fact]
    public async Task N11_negative_quota_is_none_and_0_is_2_GiB()
    {
        await using var unlimited = await Pair.StartAsync("--quota-backend-bytes=-1");
        await unlimited.PutAsync("N11", "v");
        await using var byDefault = await Pair.StartAsync("--quota-backend-bytes=0");
        await byDefault.PutAsync("N11", "v");
        Assert.Equal(
            await QuotaOfAsync(unlimited.ReferenceMember), await QuotaOfAsync(unlimited.OurMember));
        Assert.Equal(2147483648, await QuotaOfAsync(byDefault.ReferenceMember));
        Assert.Equal(2147483648, await QuotaOfAsync(byDefault.OurMember));
    }

    /// <summary>Puts values of a MiB until one is refused.</summary>
    private static async Task FillAsync(Member member)
    {
        byte[] value = new byte[1 << 20];
        for (int put = 0; put < 40; put++)
        {
            new Random(put).NextBytes(value);
            var outcome = await Answer.OfAsync(
                member, new PutRequest { Key = Bytes($"N04/{put}"), Value = ByteString.CopyFrom(value) });
            if (outcome.Error is not null)
            {
                Assert.Equal(NoSpace, outcome.Text);
                return;
            }
        }

        Assert.Fail("40 MiB fit into a store of 16 MiB");
    }

    private static async Task<AlarmMember> UntilAlarmAsync(Member member)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var listed = await member.Maintenance.AlarmAsync(new AlarmRequest());
            if (listed.Alarms.Count > 0)
            {
                return Assert.Single(listed.Alarms);
            }

            Assert.False(limit.IsCancellationRequested, "phase: full; expected: an alarm; actual: none");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task DisarmAsync(Member member, AlarmMember alarm)
    {
        var disarm = new AlarmRequest { Action = Action.Deactivate, Alarm = alarm.Alarm, MemberID = alarm.MemberID };
        Assert.Single((await member.Maintenance.AlarmAsync(disarm)).Alarms);
    }

    private static async Task<double> QuotaOfAsync(Member member)
    {
        const string Name = "etcd_server_quota_backend_bytes ";
        string metrics = await Http.GetStringAsync($"{member.ClientUrl}/metrics");
        string line = metrics.Split('\n').Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        return double.Parse(line[Name.Length..], CultureInfo.InvariantCulture);
    }
}
