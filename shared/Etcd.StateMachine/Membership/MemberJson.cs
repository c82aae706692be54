using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The JSON in which etcd keeps members, in the log and in its buckets. Written byte for byte as Go's encoder
/// does: field order of <c>membership.Member</c>, empty fields left out, an absent list of peer URLs as null.
/// Read as Go's decoder does: names in any case, unknown fields skipped, the last of two equal names wins. Thread-safe.
/// </summary>
internal static class MemberJson
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(EscapedCharacters());

    /// <summary>A member as stored in bucket members and as context of a conf change.</summary>
    /// <param name="member">The member.</param>
    /// <param name="isPromote">True adds the mark of a promotion; false writes none.</param>
    public static byte[] WriteMember(ClusterMember member, bool isPromote)
    {
        StringBuilder json = new(128);
        json.Append("{\"id\":").Append(member.Id).Append(",\"peerURLs\":");
        WriteList(json, member.PeerUrls);
        if (member.IsLearner)
        {
            json.Append(",\"isLearner\":true");
        }

        WriteAttributes(json, member.Name, member.ClientUrls, first: false);
        json.Append(isPromote ? ",\"isPromote\":true}" : "}");
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <summary>Name and client URLs as a member publishes them (<c>membership.Attributes</c>).</summary>
    public static string WriteAttributes(string name, IReadOnlyList<string> clientUrls)
    {
        StringBuilder json = new("{", 128);
        WriteAttributes(json, name, clientUrls, first: true);
        return json.Append('}').ToString();
    }

    /// <summary>The state of a downgrade as stored in bucket cluster.</summary>
    public static byte[] WriteDowngrade(DowngradeState state)
    {
        StringBuilder json = new("{\"target-version\":");
        WriteString(json, state.TargetVersion);
        json.Append(",\"enabled\":").Append(state.Enabled ? "true" : "false").Append('}');
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <summary>Reads any of the forms; false when the text is not such JSON.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out Fields fields)
    {
        fields = new Fields();
        try
        {
            Utf8JsonReader reader = new(json);
            return reader.Read()
                && reader.TokenType == JsonTokenType.StartObject
                && TryReadFields(ref reader, ref fields)
                && !reader.Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // The reader reports text that is not JSON, and strings that are not UTF-8, only this way.
            return false;
        }
    }

    private static bool TryReadFields(ref Utf8JsonReader reader, ref Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!; // A property name is never null.
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            if (!TryReadField(ref reader, name, ref fields))
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryReadField(ref Utf8JsonReader reader, string name, ref Fields fields)
    {
        switch (name.ToUpperInvariant())
        {
            case "ID":
                return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out fields.Id);
            case "PEERURLS":
                return TryReadList(ref reader, out fields.PeerUrls);
            case "CLIENTURLS":
                return TryReadList(ref reader, out fields.ClientUrls);
            case "ISLEARNER":
                return TryReadBoolean(ref reader, out fields.IsLearner);
            case "ISPROMOTE":
                return TryReadBoolean(ref reader, out fields.IsPromote);
            case "ENABLED":
                return TryReadBoolean(ref reader, out fields.Enabled);
            case "NAME":
                return TryReadString(ref reader, ref fields.Name);
            case "TARGET-VERSION":
                return TryReadString(ref reader, ref fields.TargetVersion);
            default:
                reader.Skip();
                return true;
        }
    }

    private static bool TryReadBoolean(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
    }

    private static bool TryReadString(ref Utf8JsonReader reader, ref string value)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        value = reader.GetString()!; // The token is a string, so it is not null.
        return true;
    }

    private static bool TryReadList(ref Utf8JsonReader reader, out string[] list)
    {
        list = [];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        List<string> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
            {
                return false;
            }

            values.Add(reader.GetString() ?? string.Empty);
        }

        list = [.. values];
        return true;
    }

    private static void WriteAttributes(
        StringBuilder json, string name, IReadOnlyList<string> clientUrls, bool first)
    {
        if (name.Length != 0)
        {
            json.Append(first ? "\"name\":" : ",\"name\":");
            WriteString(json, name);
            first = false;
        }

        if (clientUrls.Count != 0)
        {
            json.Append(first ? "\"clientURLs\":" : ",\"clientURLs\":");
            WriteList(json, clientUrls);
        }
    }

    private static void WriteList(StringBuilder json, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            json.Append("null");
            return;
        }

        for (int index = 0; index < values.Count; index++)
        {
            json.Append(index == 0 ? '[' : ',');
            WriteString(json, values[index]);
        }

        json.Append(']');
    }

    private static void WriteString(StringBuilder json, string value)
    {
        json.Append('"');
        ReadOnlySpan<char> rest = value;
        for (int next = rest.IndexOfAny(Escaped); next >= 0; next = rest.IndexOfAny(Escaped))
        {
            json.Append(rest[..next]);
            WriteEscape(json, rest[next]);
            rest = rest[(next + 1)..];
        }

        json.Append(rest).Append('"');
    }

    private static void WriteEscape(StringBuilder json, char character)
    {
        json.Append('\\');
        switch (character)
        {
            case '"' or '\\':
                json.Append(character);
                break;
            case '\n':
                json.Append('n');
                break;
            case '\r':
                json.Append('r');
                break;
            case '\t':
                json.Append('t');
                break;
            case '\b':
                json.Append('b');
                break;
            case '\f':
                json.Append('f');
                break;
            default:
                json.Append('u').Append(((int)character).ToString("x4", provider: null));
                break;
        }
    }

    /// <summary>What Go escapes: control characters, quotes, what HTML would read, and two line separators.</summary>
    private static string EscapedCharacters()
    {
        StringBuilder characters = new("\"\\<>&\u2028\u2029");
        for (char control = '\0'; control < ' '; control++)
        {
            characters.Append(control);
        }

        return characters.ToString();
    }

    /// <summary>Every field of the forms; those absent keep their zero value.</summary>
    public struct Fields
    {
        public Fields()
        {
        }

        /// <summary>Member id.</summary>
        public ulong Id;

        /// <summary>Peer URLs.</summary>
        public string[] PeerUrls = [];

        /// <summary>Client URLs.</summary>
        public string[] ClientUrls = [];

        /// <summary>Name.</summary>
        public string Name = string.Empty;

        /// <summary>Target of a downgrade.</summary>
        public string TargetVersion = string.Empty;

        /// <summary>No vote.</summary>
        public bool IsLearner;

        /// <summary>Mark of a promotion.</summary>
        public bool IsPromote;

        /// <summary>A downgrade is under way.</summary>
        public bool Enabled;
    }
}
