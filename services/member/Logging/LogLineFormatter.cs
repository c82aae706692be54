using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Etcd.Member.Config.Values;

namespace Etcd.Member.Logging;

/// <summary>
/// Writes log lines as zap does: JSON with the keys <c>level, ts, [logger], caller, msg</c> and then the fields,
/// or the tab-separated console form. Thread-safe: holds no state but the format.
/// </summary>
internal sealed class LogLineFormatter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly bool _console;

    /// <summary>Creates a formatter.</summary>
    public LogLineFormatter(bool console) => _console = console;

    /// <summary>One line with its line feed.</summary>
    public byte[] Format(in LogLine line)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        if (_console)
        {
            WriteConsole(buffer, line);
        }
        else
        {
            WriteJson(buffer, line);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Local time in microseconds with <c>Z</c> for UTC, else <c>+0900</c>.</summary>
    public static string Timestamp(DateTimeOffset time)
    {
        var text = time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return time.Offset == TimeSpan.Zero
            ? text + "Z"
            : text + time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
    }

    private static void WriteJson(IBufferWriter<byte> buffer, in LogLine line)
    {
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("level"u8, line.Level);
        json.WriteString("ts"u8, Timestamp(line.Time));
        if (line.Logger is not null)
        {
            json.WriteString("logger"u8, line.Logger);
        }

        json.WriteString("caller"u8, line.Caller);
        json.WriteString("msg"u8, line.Message);
        WriteFields(json, line.Fields);
        json.WriteEndObject();
    }

    private static void WriteConsole(IBufferWriter<byte> buffer, in LogLine line)
    {
        var head = new StringBuilder()
            .Append(Timestamp(line.Time)).Append('\t')
            .Append(line.Level).Append('\t');
        if (line.Logger is not null)
        {
            head.Append(line.Logger).Append('\t');
        }

        head.Append(line.Caller).Append('\t').Append(line.Message);
        Encoding.UTF8.GetBytes(head.ToString(), buffer);
        if (line.Fields.Count == 0)
        {
            return;
        }

        buffer.Write("\t"u8);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        WriteFields(json, line.Fields);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            json.WritePropertyName(fields[i].Key);
            WriteValue(json, fields[i].Key, fields[i].Value);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case uint number: json.WriteNumberValue(number); break;
            // Member and cluster ids are written as etcd writes them: hexadecimal without padding.
            case ulong id when name.EndsWith("-id", StringComparison.Ordinal) || name == "id":
                json.WriteStringValue(id.ToString("x", CultureInfo.InvariantCulture));
                break;
            case ulong number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case TimeSpan duration: json.WriteStringValue(GoDuration.Format(duration)); break;
            case Exception error: json.WriteStringValue(error.Message); break;
            case DateTimeOffset time: json.WriteStringValue(Timestamp(time)); break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(json, name, item);
                }

                json.WriteEndArray();
                break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
