using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Etcd.Member.Json;

/// <summary>
/// Reads messages from JSON as Go's <c>protojson</c> does when it discards what it does not know: both spellings of
/// field names, numbers as text, enums by name or number, either base64. Etcd's messages have no maps.
/// </summary>
/// <remarks>
/// Google.Protobuf's own parser refuses what Go accepts (base64 without padding, depth above 100, unknown names of
/// enums), and clients of etcd have never seen its texts.
/// </remarks>
internal static class ProtoJsonParser
{
    /// <summary>Each level takes a few hundred bytes of stack; etcd refuses requests long before.</summary>
    private const int MaxMessageDepth = 1000;

    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> Fields =
        new();

    /// <summary>Fills a message.</summary>
    /// <param name="json">One JSON value, as <see cref="GoJsonScanner"/> found it.</param>
    /// <param name="message">An empty message.</param>
    /// <exception cref="ProtoJsonException">It is no such message.</exception>
    public static void Fill(ReadOnlySpan<byte> json, IMessage message)
    {
        var reader = new ProtoJsonReader(json, GoJsonScanner.MaxDepth + 1);
        reader.Read();
        ReadMessage(ref reader, message, depth: 1);
    }

    private static void ReadMessage(ref ProtoJsonReader reader, IMessage message, int depth)
    {
        if (reader.Kind != JsonTokenType.StartObject)
        {
            throw reader.UnexpectedToken();
        }

        if (depth > MaxMessageDepth)
        {
            throw new ProtoJsonException("proto: exceeded max recursion depth");
        }

        var fields = Fields.GetOrAdd(message.Descriptor, FieldsOf);
        var seen = new BitArray(message.Descriptor.Fields.InDeclarationOrder().Count);
        var seenOneofs = new BitArray(message.Descriptor.Oneofs.Count);
        while (reader.Read() == JsonTokenType.PropertyName)
        {
            if (!fields.TryGetValue(reader.Text(), out var field))
            {
                reader.SkipValue();
                continue;
            }

            if (seen[field.Index])
            {
                throw reader.Error($"duplicate field {reader.Raw()}");
            }

            seen[field.Index] = true;
            if (reader.IsNullNext())
            {
                reader.SkipValue();
                continue;
            }

            if (field.ContainingOneof is { } oneof)
            {
                if (seenOneofs[oneof.Index])
                {
                    throw reader.Error($"error parsing {reader.Raw()}, oneof {oneof.FullName} is already set");
                }

                seenOneofs[oneof.Index] = true;
            }

            reader.Read();
            ReadField(ref reader, message, field, depth);
        }
    }

    private static FrozenDictionary<string, FieldDescriptor> FieldsOf(MessageDescriptor descriptor)
    {
        var fields = new Dictionary<string, FieldDescriptor>(StringComparer.Ordinal);
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            fields[field.Name] = field;
            fields[field.JsonName] = field;
        }

        return fields.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static void ReadField(ref ProtoJsonReader reader, IMessage message, FieldDescriptor field, int depth)
    {
        if (!field.IsRepeated)
        {
            if (ReadSingle(ref reader, field, depth) is { } single)
            {
                field.Accessor.SetValue(message, single);
            }

            return;
        }

        if (reader.Kind != JsonTokenType.StartArray)
        {
            throw reader.UnexpectedToken();
        }

        var list = (IList)field.Accessor.GetValue(message);
        while (reader.Read() != JsonTokenType.EndArray)
        {
            if (ReadSingle(ref reader, field, depth) is { } element)
            {
                list.Add(element);
            }
        }
    }

    /// <summary>The value; null for the name of an enum's value that does not exist.</summary>
    private static object? ReadSingle(ref ProtoJsonReader reader, FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                var message = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                ReadMessage(ref reader, message, depth + 1);
                return message;
            case FieldType.Enum when reader.Kind == JsonTokenType.String:
                return field.EnumType.FindValueByName(reader.Text())?.Number;
            case FieldType.Enum:
                return ProtoJsonNumbers.TryInt32(ref reader, out var number)
                    ? number
                    : throw reader.Invalid(field, "enum");
            case FieldType.Bool:
                return reader.Kind switch
                {
                    JsonTokenType.True => true,
                    JsonTokenType.False => false,
                    _ => throw reader.Invalid(field, "bool"),
                };
            case FieldType.String:
                return reader.Kind == JsonTokenType.String ? reader.Text() : throw reader.Invalid(field, "string");
            case FieldType.Bytes:
                return reader.Kind == JsonTokenType.String && reader.TryBytes() is { } bytes
                    ? bytes
                    : throw reader.Invalid(field, "bytes");
            default:
                return ProtoJsonNumbers.Read(ref reader, field);
        }
    }
}
