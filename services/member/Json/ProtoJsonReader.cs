using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Etcd.Member.Json;

/// <summary>Tokens of one JSON value, with the texts in which Go's <c>protojson</c> refuses them.</summary>
internal ref struct ProtoJsonReader
{
    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    /// <summary>Creates a reader before the first token.</summary>
    public ProtoJsonReader(ReadOnlySpan<byte> json, int maxDepth)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
    }

    /// <summary>The current token.</summary>
    public readonly JsonTokenType Kind => _reader.TokenType;

    /// <summary>Goes to the next token.</summary>
    public JsonTokenType Read()
    {
        try
        {
            _reader.Read();
        }
        catch (JsonException exception)
        {
            throw new ProtoJsonException("proto: syntax error: " + exception.Message);
        }

        return _reader.TokenType;
    }

    /// <summary>Skips the value after a name.</summary>
    public void SkipValue()
    {
        _reader.Read();
        _reader.Skip();
    }

    /// <summary>Whether the value after a name is null.</summary>
    public readonly bool IsNullNext()
    {
        var copy = _reader;
        return copy.Read() && copy.TokenType == JsonTokenType.Null;
    }

    /// <summary>The text of a name or string.</summary>
    public readonly string Text()
    {
        try
        {
            // The token is a name or a string, so there is text.
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ProtoJsonException($"proto: syntax error {Position()}: invalid UTF-8 in string");
        }
    }

    /// <summary>The bytes of a base64 string, of either alphabet, padded or not; null if it is none.</summary>
    public readonly ByteString? TryBytes()
    {
        var text = Text();
        if (text.AsSpan().ContainsAny('-', '_'))
        {
            text = text.Replace('-', '+').Replace('_', '/');
        }

        if (text.Length % 4 != 0)
        {
            text = text.Contains('=', StringComparison.Ordinal) ? text : text + new string('=', 4 - (text.Length % 4));
        }

        var bytes = new byte[text.Length / 4 * 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(0, length))
            : null;
    }

    /// <summary>The token as it stands in the input.</summary>
    public readonly string Raw()
    {
        var value = Encoding.UTF8.GetString(_reader.ValueSpan);
        return Kind is JsonTokenType.String or JsonTokenType.PropertyName ? $"\"{value}\"" : value;
    }

    /// <summary>The token's value does not fit the field.</summary>
    public readonly ProtoJsonException Invalid(FieldDescriptor field, string kind) =>
        Error($"invalid value for {kind} field {field.JsonName}: {Raw()}");

    /// <summary>Another kind of token belongs here.</summary>
    public readonly ProtoJsonException UnexpectedToken() =>
        new($"proto: syntax error {Position()}: unexpected token {Raw()}");

    /// <summary>An error at the token.</summary>
    public readonly ProtoJsonException Error(string text) => new($"proto: {Position()}: {text}");

    /// <summary>Line and column from 1; columns count characters.</summary>
    private readonly string Position()
    {
        var before = _json[..(int)_reader.TokenStartIndex];
        var line = 1 + before.Count((byte)'\n');
        var column = 1 + Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]);
        return $"(line {line}:{column})";
    }
}
