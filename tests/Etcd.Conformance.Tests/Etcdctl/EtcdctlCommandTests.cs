using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>Commands of etcdctl that end by themselves: they print the same everywhere, in every format.</summary>
public sealed class EtcdctlCommandTests(ThreeSystems systems) : IClassFixture<ThreeSystems>
{
    [Fact]
    public Task Get_prints_the_same_in_every_order() => systems.SameAsync(async endpoint =>
    {
        var session = new EtcdctlSession(endpoint);
        foreach (string key in (string[])["s/b", "s/a", "s/d", "s/c", "s/a"])
        {
            await session.RunAsync("put", key, $"value of {(char)('z' - key[2] + 'a')}");
        }

        foreach (string order in (string[])["ASCEND", "DESCEND", "sideways"])
        {
            foreach (string target in (string[])["CREATE", "KEY", "MODIFY", "VALUE", "VERSION", "WEIGHT"])
            {
                await session.RunAsync("get", "--prefix", "s/", $"--order={order}", $"--sort-by={target}", "--limit=3");
            }
        }

        return session.Transcript;
    });

    [Theory]
    [InlineData("json")]
    [InlineData("fields")]
    [InlineData("simple")]
    [InlineData("table")]
    [InlineData("xml")]
    public Task Every_command_prints_the_same_in_a_format(string format) => systems.SameAsync(async endpoint =>
    {
        var session = new EtcdctlSession(endpoint, "-w", format);
        string key = $"f/{format}";
        await session.RunAsync("put", key, "1");
        await session.RunAsync("put", key, "2", "--prev-kv");
        await session.RunAsync("get", key);
        await session.RunAsync("get", key, "--hex");
        await session.RunAsync("del", key, "--prev-kv");
        await session.TypeAsync($"ver(\"{key}\") = \"0\"\n\nput {key} 3\nget {key}\n\ndel {key}\n\n", "txn");
        await session.RunAsync("lease", "grant", "600");
        await session.RunAsync("lease", "timetolive", "{lease}", "--keys");
        await session.RunAsync("lease", "keep-alive", "--once", "{lease}");
        await session.RunAsync("lease", "list");
        await session.RunAsync("lease", "revoke", "{lease}");
        await session.RunAsync("member", "list");
        await session.RunAsync("endpoint", "hashkv");
        await session.RunAsync("alarm", "list");
        await session.RunAsync("compaction", "2");
        await session.RunAsync("member", "remove", "1234");
        await session.RunAsync("member", "update", "1234", "--peer-urls=http://127.0.0.1:1");
        await session.RunAsync("member", "promote", "1234");
        await session.RunAsync("move-leader", "1234");
        return session.Transcript;
    });

    [Fact]
    public Task Protobuf_output_holds_the_same_response() => systems.SameAsync(async endpoint =>
    {
        var put = await EtcdctlRun.RunAsync(endpoint, string.Empty, "put", "p", "1", "-w", "protobuf");
        var get = await EtcdctlRun.RunAsync(endpoint, string.Empty, "get", "p", "-w", "protobuf");
        var stored = Etcdserverpb.PutResponse.Parser.ParseFrom(put.OutputBytes);
        var read = Etcdserverpb.RangeResponse.Parser.ParseFrom(get.OutputBytes);
        Differential.Answer.Mask(stored.Header);
        Differential.Answer.Mask(read.Header);
        return $"{stored}\n{read}";
    });

    [Fact]
    public Task Alarm_is_listed_refuses_puts_and_is_disarmed() => systems.SameAsync(async endpoint =>
    {
        using var channel = Channels.To(endpoint);
        var maintenance = new Etcdserverpb.Maintenance.MaintenanceClient(channel);
        var status = await maintenance.StatusAsync(new Etcdserverpb.StatusRequest());
        await maintenance.AlarmAsync(new Etcdserverpb.AlarmRequest
        {
            Action = Etcdserverpb.AlarmRequest.Types.AlarmAction.Activate,
            MemberID = status.Header.MemberId,
            Alarm = Etcdserverpb.AlarmType.Nospace,
        });

        var session = new EtcdctlSession(endpoint);
        await session.RunAsync("alarm", "list");
        await session.RunAsync("put", "alarmed", "1");
        await session.RunAsync("del", "alarmed");
        await session.RunAsync("endpoint", "health");
        await session.RunAsync("alarm", "disarm");
        await session.RunAsync("alarm", "list");
        await session.RunAsync("put", "alarmed", "1");
        return session.Transcript;
    });

    [Fact]
    public Task Physical_compaction_and_defragmentation_leave_the_same_state() => systems.SameAsync(async endpoint =>
    {
        var session = new EtcdctlSession(endpoint);
        for (int i = 0; i < 5; i++)
        {
            await session.RunAsync("put", "c", $"{i}");
        }

        using var channel = Channels.To(endpoint);
        var put = await new Etcdserverpb.KV.KVClient(channel).PutAsync(Tables.Requests.Put("c", "last"));
        await session.RunAsync("compaction", "--physical", $"{put.Header.Revision - 1}");
        await session.RunAsync("compaction", "--physical", $"{put.Header.Revision - 1}");
        await session.RunAsync("defrag");
        await session.RunAsync("defrag", "--cluster");
        await session.RunAsync("get", "c", $"--rev={put.Header.Revision - 1}");
        await session.RunAsync("get", "c", $"--rev={put.Header.Revision - 2}");
        return session.Transcript;
    });

    [Fact]
    public Task Snapshot_is_saved_and_its_status_read() => systems.SameAsync(async endpoint =>
    {
        var folder = Directory.CreateTempSubdirectory("etcd-snapshot-");
        try
        {
            string file = Path.Combine(folder.FullName, "snapshot.db");
            var session = new EtcdctlSession(endpoint);
            var saved = await EtcdctlRun.RunAsync(endpoint, string.Empty, "snapshot", "save", file);
            var status = await EtcdctlRun.RunAsync(endpoint, string.Empty, "snapshot", "status", file, "-w", "json");
            using var json = System.Text.Json.JsonDocument.Parse(status.Output[status.Output.IndexOf('{')..]);
            long revision = json.RootElement.GetProperty("revision").GetInt64();
            await session.RunAsync("snapshot", "save", Path.Combine(folder.FullName, "no", "such", "folder"));
            return $"{saved.ExitCode} {saved.Output.Replace(file, "FILE")}{status.ExitCode} at {revision}\n"
                + session.Transcript.Replace(folder.FullName, "FOLDER");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });
}
