using System.Buffers;
using Google.Protobuf;

namespace Etcd.Protocol.Wire;

/// <summary>
/// Parses messages that hold themselves, as transactions within transactions do. Google.Protobuf's parser stops at 100
/// levels, of which each transaction takes two; etcd takes 128 transactions, and more with <c>--max-txn-ops</c>.
/// Stateless and thread-safe.
/// </summary>
public static class NestedMessages
{
    /// <summary>
    /// Levels of messages that are parsed, 512 transactions: each level costs the parser and those who walk the
    /// message later a few hundred bytes of stack, and a thread has 1.5 MiB.
    /// </summary>
    public const int MaxLevels = 1032;

    private const string TooDeepText = "too many levels of nesting";

    /// <summary>Parses a message.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is malformed, or deeper than <see cref="MaxLevels"/>.
    /// </exception>
    public static IMessage Parse(MessageParser parser, in ReadOnlySequence<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parser);
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error) when (IsTooDeep(error))
        {
            return ParseDeep(parser, bytes.ToArray());
        }
    }

    /// <inheritdoc cref="Parse(MessageParser, in ReadOnlySequence{byte})"/>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes)
        where T : IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error) when (IsTooDeep(error))
        {
            return (T)ParseDeep(parser, bytes.ToArray());
        }
    }

    /// <summary>Whether parsing failed for the depth of the message alone.</summary>
    /// <remarks>The library has one exception for all failures; only its text tells them apart.</remarks>
    public static bool IsTooDeep(InvalidProtocolBufferException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Message.Contains(TooDeepText, StringComparison.Ordinal);
    }

    // Only streams take a limit of one's own.
    private static IMessage ParseDeep(MessageParser parser, byte[] bytes)
    {
        using MemoryStream stream = new(bytes, writable: false);
        using CodedInputStream input = CodedInputStream.CreateWithLimits(stream, int.MaxValue, MaxLevels);
        return parser.ParseFrom(input);
    }
}
