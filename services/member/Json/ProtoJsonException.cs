namespace Etcd.Member.Json;

/// <summary>A JSON value that is no such message; the text is that of Go's <c>protojson</c>.</summary>
internal sealed class ProtoJsonException : FormatException
{
    public ProtoJsonException(string message)
        : base(message)
    {
    }
}
