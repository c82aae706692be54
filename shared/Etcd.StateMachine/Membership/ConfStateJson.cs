using System.Text;
using System.Text.Json;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The row <c>confState</c> of bucket meta: raft's configuration as Go's encoder writes <c>raftpb.ConfState</c>.
/// Thread-safe.
/// </summary>
public static class ConfStateJson
{
    /// <summary>Encodes; empty lists are left out.</summary>
    public static byte[] Write(Raftpb.ConfState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StringBuilder json = new("{");
        WriteIds(json, "voters", state.Voters);
        WriteIds(json, "learners", state.Learners);
        WriteIds(json, "voters_outgoing", state.VotersOutgoing);
        WriteIds(json, "learners_next", state.LearnersNext);
        json.Append("\"auto_leave\":").Append(state.AutoLeave ? "true}" : "false}");
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <summary>Decodes a row.</summary>
    /// <exception cref="InvalidDataException">The row is not what etcd writes.</exception>
    public static Raftpb.ConfState Read(ReadOnlySpan<byte> json)
    {
        Raftpb.ConfState state = new() { AutoLeave = false };
        try
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!; // A property name is never null.
                reader.Read();
                ReadField(ref reader, name, state);
            }

            return state;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("confState row is not what etcd writes", error);
        }
    }

    private static void ReadField(ref Utf8JsonReader reader, string name, Raftpb.ConfState state)
    {
        Google.Protobuf.Collections.RepeatedField<ulong>? ids = name switch
        {
            "voters" => state.Voters,
            "learners" => state.Learners,
            "voters_outgoing" => state.VotersOutgoing,
            "learners_next" => state.LearnersNext,
            _ => null,
        };
        if (ids is null)
        {
            state.AutoLeave = name == "auto_leave" ? reader.GetBoolean() : state.AutoLeave;
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            ids.Add(reader.GetUInt64());
        }
    }

    private static void WriteIds(
        StringBuilder json, string name, Google.Protobuf.Collections.RepeatedField<ulong> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        json.Append('"').Append(name).Append("\":[");
        for (int index = 0; index < ids.Count; index++)
        {
            json.Append(index == 0 ? string.Empty : ",").Append(ids[index]);
        }

        json.Append("],");
    }
}
