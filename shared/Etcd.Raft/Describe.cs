using System.Globalization;
using System.Text;

namespace Etcd.Raft;

/// <summary>
/// Short texts for logs, exceptions and scenario files. Payload bytes appear only through a given formatter.
/// </summary>
internal static class Describe
{
    public static string Of(Message message, Func<Entry, string>? payload = null)
    {
        StringBuilder text = new();
        Append(text, message, payload, indent: "");
        return text.ToString();
    }

    public static string Of(in Entry entry, Func<Entry, string>? payload = null)
    {
        string kind = entry.Type == EntryType.Normal ? "" : entry.Type + " ";
        string data = payload is null
            ? string.Create(CultureInfo.InvariantCulture, $"{entry.Data.Length}B")
            : payload(entry);
        return string.Create(CultureInfo.InvariantCulture, $"{entry.Term}/{entry.Index} {kind}{data}").TrimEnd();
    }

    public static string Of(ConfState state)
    {
        StringBuilder text = new("voters=");
        text.Append(Ids(state.Voters));
        AppendSet(text, " outgoing=", state.VotersOutgoing);
        AppendSet(text, " learners=", state.Learners);
        AppendSet(text, " learners-next=", state.LearnersNext);
        return text.Append(state.AutoLeave ? " autoleave" : "").ToString();
    }

    public static string Of(Snapshot snapshot) => string.Create(
        CultureInfo.InvariantCulture,
        $"{snapshot.Metadata.Term}/{snapshot.Metadata.Index} {Of(snapshot.Metadata.ConfState)}");

    public static string Of(HardState state) =>
        string.Create(CultureInfo.InvariantCulture, $"term={state.Term} vote={Id(state.Vote)} commit={state.Commit}");

    public static string Of(SoftState state) => $"leader={Id(state.LeaderId)} role={state.Role}";

    public static string Of(PeerProgress peer)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Id(peer.Id)}: {peer.State} match={peer.Match} next={peer.Next}");
        text.Append(peer.IsLearner ? " learner" : "").Append(peer.IsPaused ? " paused" : "");
        text.Append(peer.PendingSnapshot == 0 ? "" : $" snapshot={peer.PendingSnapshot}");
        text.Append(peer.RecentActive ? "" : " inactive");
        text.Append(peer.InflightCount == 0 ? "" : $" inflight={peer.InflightCount}");
        return text.Append(peer.IsInflightFull ? "[full]" : "").ToString();
    }

    public static string Of(ConfChangeV2 change)
    {
        StringBuilder text = new();
        for (int i = 0; i < change.Changes.Count; i++)
        {
            char kind = change.Changes[i].Type switch
            {
                ConfChangeType.AddNode => 'v',
                ConfChangeType.AddLearnerNode => 'l',
                ConfChangeType.RemoveNode => 'r',
                ConfChangeType.UpdateNode => 'u',
                _ => '?',
            };
            text.Append(i == 0 ? "" : " ").Append(kind).Append(Id(change.Changes[i].NodeId));
        }

        if (change.Transition != ConfChangeTransition.Auto)
        {
            text.Append(' ').Append(change.Transition);
        }

        return change.LeavesJoint ? "leave" : text.ToString();
    }

    public static string Ids(ReadOnlySpan<ulong> ids)
    {
        StringBuilder text = new("(");
        foreach (ulong id in ids)
        {
            text.Append(text.Length == 1 ? "" : " ").Append(Id(id));
        }

        return text.Append(')').ToString();
    }

    /// <summary>Member ids are printed in hexadecimal, as etcd prints them.</summary>
    public static string Id(ulong id) => id switch
    {
        RaftIds.LocalAppendThread => "append",
        RaftIds.LocalApplyThread => "apply",
        _ => id.ToString("x", CultureInfo.InvariantCulture),
    };

    private static void AppendSet(StringBuilder text, string label, ulong[] ids)
    {
        if (ids.Length > 0)
        {
            text.Append(label).Append(Ids(ids));
        }
    }

    private static void Append(StringBuilder text, Message message, Func<Entry, string>? payload, string indent)
    {
        text.Append(indent).Append(Id(message.From)).Append("->").Append(Id(message.To)).Append(' ');
        text.Append(message.Type);
        AppendNumber(text, " term=", message.Term);
        if (message.LogTerm != 0 || message.Index != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" log={message.LogTerm}/{message.Index}");
        }

        if (message.Reject)
        {
            text.Append(" reject");
            AppendNumber(text, " hint=", message.RejectHint);
        }

        AppendNumber(text, " commit=", message.Commit);
        text.Append(message.Vote == 0 ? "" : " vote=" + Id(message.Vote));
        text.Append(message.Context.IsEmpty ? "" : " ctx=" + ContextText(message.Context.Span));
        if (!message.Entries.IsEmpty)
        {
            text.Append(" [");
            for (int i = 0; i < message.Entries.Length; i++)
            {
                text.Append(i == 0 ? "" : ", ").Append(Of(message.Entries[i], payload));
            }

            text.Append(']');
        }

        text.Append(message.Snapshot is null ? "" : $" snapshot={{{Of(message.Snapshot)}}}");
        foreach (Message response in message.Responses)
        {
            Append(text.Append('\n'), response, payload, indent + "  ");
        }
    }

    private static void AppendNumber(StringBuilder text, string label, ulong value)
    {
        if (value != 0)
        {
            text.Append(label).Append(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string ContextText(ReadOnlySpan<byte> context) =>
        context.Length == ReadIndexQueue.ContextSizeBytes
            ? "#" + System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(context)
                .ToString(CultureInfo.InvariantCulture)
            : Encoding.UTF8.GetString(context);
}
