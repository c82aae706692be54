using System.Buffers;
using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Etcd.Member.Json;

/// <summary>
/// Writes messages as JSON as etcd's gateway does: fields by their proto names in their order, without those that have
/// their default, 64-bit integers as text, enums by name, bytes in base64. Etcd's messages have no maps.
/// </summary>
/// <remarks>
/// Google.Protobuf's own formatter puts spaces everywhere and builds a string, while a range can have many megabytes.
/// </remarks>
internal static class ProtoJsonWriter
{
    /// <summary>Base64 and quotes as they are: nothing here goes into a web page.</summary>
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = GoJsonScanner.MaxDepth,
        SkipValidation = true,
    };

    /// <summary>A writer in the gateway's form.</summary>
    public static Utf8JsonWriter Create(IBufferWriter<byte> output) => new(output, Options);

    /// <summary>Writes a message as an object.</summary>
    public static void Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.HasPresence && !field.Accessor.HasValue(message))
            {
                continue;
            }

            var value = field.Accessor.GetValue(message);
            if (field.IsRepeated)
            {
                WriteList(json, field, (IList)value);
            }
            else if (field.HasPresence || !IsDefault(value))
            {
                json.WritePropertyName(field.Name);
                WriteValue(json, field, value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, FieldDescriptor field, IList list)
    {
        if (list.Count == 0)
        {
            return;
        }

        json.WriteStartArray(field.Name);
        foreach (var value in list)
        {
            WriteValue(json, field, value);
        }

        json.WriteEndArray();
    }

    private static bool IsDefault(object value) => value switch
    {
        long number => number == 0,
        ulong number => number == 0,
        int number => number == 0,
        uint number => number == 0,
        bool flag => !flag,
        string text => text.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        Enum named => Convert.ToInt32(named, provider: null) == 0,
        _ => false,
    };

    private static void WriteValue(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage message:
                Write(json, message);
                break;
            case ByteString bytes:
                json.WriteBase64StringValue(bytes.Span);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case uint number:
                json.WriteNumberValue(number);
                break;
            case Enum named:
                WriteEnum(json, field, Convert.ToInt32(named, provider: null));
                break;
            case IFormattable number:
                json.WriteStringValue(number.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                throw new InvalidOperationException($"field {field.FullName} has no form in JSON");
        }
    }

    private static void WriteEnum(Utf8JsonWriter json, FieldDescriptor field, int number)
    {
        if (field.EnumType.FindValueByNumber(number) is { } known)
        {
            json.WriteStringValue(known.Name);
        }
        else
        {
            json.WriteNumberValue(number);
        }
    }
}
