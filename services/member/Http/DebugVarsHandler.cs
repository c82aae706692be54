using System.Globalization;
using System.Text.Json;
using Etcd.Member.Host;
using Etcd.Member.Metrics;
using Etcd.Member.Peers;

namespace Etcd.Member.Http;

/// <summary><c>/debug/vars</c>: Go's expvar names, as far as they mean something here. Thread-safe.</summary>
internal sealed class DebugVarsHandler(RunningMember member)
{
    /// <summary>Answers.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Indented = true }))
        {
            Write(json);
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body
            .WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted)
            .ConfigureAwait(false);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("cmdline");
        foreach (var argument in Environment.GetCommandLineArgs())
        {
            json.WriteStringValue(argument);
        }

        json.WriteEndArray();
        json.WriteNumber("file_descriptor_limit", ProcessFiles.Limit());
        var memory = GC.GetGCMemoryInfo();
        json.WriteStartObject("memstats");
        json.WriteNumber("Alloc", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("TotalAlloc", GC.GetTotalAllocatedBytes());
        json.WriteNumber("HeapSys", memory.TotalCommittedBytes);
        json.WriteNumber("NumGC", GC.CollectionCount(0));
        json.WriteEndObject();
        if (member.IsStarted)
        {
            WriteRaft(json);
        }

        json.WriteEndObject();
    }

    private void WriteRaft(Utf8JsonWriter json)
    {
        var raft = member.Node.Raft;
        json.WriteStartObject("raft.status");
        json.WriteString("id", MemberIds.Text(member.Node.MemberId));
        json.WriteNumber("term", raft.Term);
        json.WriteNumber("commit", raft.CommittedIndex);
        json.WriteString("lead", MemberIds.Text(raft.LeaderId));
        json.WriteString("raftState", raft.IsLeader ? "StateLeader" : "StateFollower");
        json.WriteNumber("applied", member.Node.AppliedIndex);
        json.WriteEndObject();
        json.WriteString("server.id", member.Node.MemberId.ToString(CultureInfo.InvariantCulture));
    }
}
