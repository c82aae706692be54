using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Etcd.Member.Json;

/// <summary>Integers in JSON: as numbers or as text, with exponents and zero fractions if they are whole.</summary>
internal static class ProtoJsonNumbers
{
    private const NumberStyles Style =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The number in the field's own type.</summary>
    public static object Read(ref ProtoJsonReader reader, FieldDescriptor field)
    {
        if (TryWhole(ref reader, out var value))
        {
            switch (field.FieldType)
            {
                case FieldType.Int64 when value is >= long.MinValue and <= long.MaxValue:
                    return (long)value;
                case FieldType.UInt64 when value is >= 0 and <= ulong.MaxValue:
                    return (ulong)value;
                case FieldType.Int32 when value is >= int.MinValue and <= int.MaxValue:
                    return (int)value;
                case FieldType.UInt32 when value is >= 0 and <= uint.MaxValue:
                    return (uint)value;
            }
        }

        throw reader.Invalid(field, field.FieldType.ToString().ToLowerInvariant());
    }

    /// <summary>The number of an enum's value, which is never text.</summary>
    public static bool TryInt32(ref ProtoJsonReader reader, out int value)
    {
        var isInt = reader.Kind == JsonTokenType.Number
            && TryWhole(ref reader, out var whole)
            && whole is >= int.MinValue and <= int.MaxValue;
        value = isInt && TryWhole(ref reader, out whole) ? (int)whole : 0;
        return isInt;
    }

    private static bool TryWhole(ref ProtoJsonReader reader, out decimal value)
    {
        value = 0;
        var text = reader.Kind switch
        {
            JsonTokenType.Number => reader.Raw(),
            JsonTokenType.String => reader.Text(),
            _ => "",
        };
        // A sign of plus and a bare point are fine for .NET but not in JSON.
        return text.Length > 0 && text[0] is '-' or (>= '0' and <= '9')
            && text[^1] != '.'
            && decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out value)
            && decimal.Truncate(value) == value;
    }
}
