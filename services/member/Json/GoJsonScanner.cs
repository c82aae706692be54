using System.Globalization;

namespace Etcd.Member.Json;

/// <summary>
/// Finds the end of one JSON value byte by byte, with the rules and the error texts of Go's <c>encoding/json</c>
/// (<c>scanner.go</c>). One value each; not thread-safe.
/// </summary>
internal sealed class GoJsonScanner
{
    /// <summary>Go's limit on open objects and arrays.</summary>
    public const int MaxDepth = 10_000;

    private readonly Stack<Container> _open = new();
    private State _state = State.Value;
    private string _literal = "";
    private int _position;

    /// <summary>What a byte meant.</summary>
    public enum Step
    {
        /// <summary>More to come.</summary>
        Continue,

        /// <summary>The value ends with this byte.</summary>
        EndAfter,

        /// <summary>The value, a number or a literal, ended before this byte.</summary>
        EndBefore,

        /// <summary>No JSON: see <see cref="Error"/>.</summary>
        Failed,
    }

    private enum Container
    {
        Key,
        Member,
        Array,
    }

    private enum State
    {
        Value,
        ValueOrEndOfArray,
        Key,
        KeyOrEndOfObject,
        AfterValue,
        Text,
        Escape,
        Hex,
        Literal,
        Minus,
        Zero,
        Digits,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
    }

    /// <summary>The text of the error, once there is one.</summary>
    public string Error { get; private set; } = "";

    /// <summary>False until the value's first byte.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the input may end here: a number or literal at the top is complete.</summary>
    public bool IsComplete => HasBegun && Next((byte)' ') is Step.EndBefore;

    /// <summary>Takes the next byte.</summary>
    public Step Next(byte value)
    {
        switch (_state)
        {
            case State.Value:
                return IsSpace(value) ? Step.Continue : BeginValue(value);
            case State.ValueOrEndOfArray:
                return IsSpace(value) ? Step.Continue : value == ']' ? Close() : BeginValue(value);
            case State.KeyOrEndOfObject when value == '}':
                return Close();
            case State.Key or State.KeyOrEndOfObject:
                return IsSpace(value) ? Step.Continue
                    : value == '"' ? Go(State.Text)
                    : Fail(value, "looking for beginning of object key string");
            case State.AfterValue:
                return EndValue(value);
            case State.Text or State.Escape or State.Hex:
                return InText(value);
            case State.Literal:
                return InLiteral(value);
            default:
                return InNumber(value);
        }
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private Step Go(State state)
    {
        _state = state;
        return Step.Continue;
    }

    private Step BeginValue(byte value)
    {
        HasBegun = true;
        return value switch
        {
            (byte)'{' => Open(value, Container.Key, State.KeyOrEndOfObject),
            (byte)'[' => Open(value, Container.Array, State.ValueOrEndOfArray),
            (byte)'"' => Go(State.Text),
            (byte)'-' => Go(State.Minus),
            (byte)'0' => Go(State.Zero),
            >= (byte)'1' and <= (byte)'9' => Go(State.Digits),
            (byte)'t' => BeginLiteral("true"),
            (byte)'f' => BeginLiteral("false"),
            (byte)'n' => BeginLiteral("null"),
            _ => Fail(value, "looking for beginning of value"),
        };
    }

    private Step BeginLiteral(string literal)
    {
        _literal = literal;
        _position = 1;
        return Go(State.Literal);
    }

    private Step Open(byte value, Container container, State state)
    {
        if (_open.Count == MaxDepth)
        {
            return Fail(value, "exceeded max depth");
        }

        _open.Push(container);
        return Go(state);
    }

    private Step Close()
    {
        _open.Pop();
        _state = State.AfterValue;
        return _open.Count == 0 ? Step.EndAfter : Step.Continue;
    }

    private Step Complete()
    {
        _state = State.AfterValue;
        return _open.Count == 0 ? Step.EndAfter : Step.Continue;
    }

    private Step EndValue(byte value)
    {
        if (_open.Count == 0)
        {
            return Step.EndBefore;
        }

        if (IsSpace(value))
        {
            return Go(State.AfterValue);
        }

        switch (_open.Peek(), (char)value)
        {
            case (Container.Key, ':'):
                Turn(Container.Member);
                return Go(State.Value);
            case (Container.Member, ','):
                Turn(Container.Key);
                return Go(State.Key);
            case (Container.Array, ','):
                return Go(State.Value);
            case (Container.Member, '}') or (Container.Array, ']'):
                return Close();
            default:
                return Fail(value, _open.Peek() switch
                {
                    Container.Key => "after object key",
                    Container.Member => "after object key:value pair",
                    _ => "after array element",
                });
        }
    }

    private void Turn(Container container)
    {
        _open.Pop();
        _open.Push(container);
    }

    private Step InText(byte value)
    {
        switch (_state)
        {
            case State.Escape:
                _position = 0;
                return value == 'u' ? Go(State.Hex)
                    : "bfnrt\\/\"".Contains((char)value) ? Go(State.Text)
                    : Fail(value, "in string escape code");
            case State.Hex:
                return !char.IsAsciiHexDigit((char)value) ? Fail(value, "in \\u hexadecimal character escape")
                    : ++_position == 4 ? Go(State.Text)
                    : Step.Continue;
            default:
                return value switch
                {
                    (byte)'"' => Complete(),
                    (byte)'\\' => Go(State.Escape),
                    < 0x20 => Fail(value, "in string literal"),
                    _ => Step.Continue,
                };
        }
    }

    private Step InLiteral(byte value)
    {
        if (value != _literal[_position])
        {
            return Fail(value, $"in literal {_literal} (expecting '{_literal[_position]}')");
        }

        _position++;
        return _position == _literal.Length ? Complete() : Step.Continue;
    }

    private Step InNumber(byte value)
    {
        var isDigit = IsDigit(value);
        switch (_state)
        {
            case State.Minus:
                return isDigit ? Go(value == '0' ? State.Zero : State.Digits) : Fail(value, "in numeric literal");
            case State.Digits or State.Fraction or State.ExponentDigits when isDigit:
                return Step.Continue;
            case State.Zero or State.Digits when value == '.':
                return Go(State.Point);
            case State.Zero or State.Digits or State.Fraction when value is (byte)'e' or (byte)'E':
                return Go(State.Exponent);
            case State.Point:
                return isDigit ? Go(State.Fraction) : Fail(value, "after decimal point in numeric literal");
            case State.Exponent when value is (byte)'+' or (byte)'-':
                return Go(State.ExponentSign);
            case State.Exponent or State.ExponentSign:
                return isDigit ? Go(State.ExponentDigits) : Fail(value, "in exponent of numeric literal");
            default:
                return EndValue(value);
        }
    }

    private Step Fail(byte value, string context)
    {
        Error = $"invalid character {Quote(value)} {context}";
        return Step.Failed;
    }

    /// <summary>Go's quoting; a byte above 0x7f counts as the character of that number.</summary>
    private static string Quote(byte value) => value switch
    {
        (byte)'\'' => "'\\''",
        (byte)'"' => "'\"'",
        (byte)'\\' => "'\\\\'",
        (byte)'\a' => "'\\a'",
        (byte)'\b' => "'\\b'",
        (byte)'\f' => "'\\f'",
        (byte)'\n' => "'\\n'",
        (byte)'\r' => "'\\r'",
        (byte)'\t' => "'\\t'",
        (byte)'\v' => "'\\v'",
        < 0x20 or 0x7f => string.Create(CultureInfo.InvariantCulture, $"'\\x{value:x2}'"),
        (> 0x7f and <= 0xa0) or 0xad => string.Create(CultureInfo.InvariantCulture, $"'\\u{(int)value:x4}'"),
        _ => $"'{(char)value}'",
    };
}
