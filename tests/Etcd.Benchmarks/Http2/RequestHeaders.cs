using System.Text;

namespace Etcd.Benchmarks.Http2;

/// <summary>
/// HPACK (RFC 7541) for the requests of one connection. The first request with a method puts its fields into the
/// server's table, as gRPC's own clients do; from then on a request's headers are six bytes that were made before.
/// </summary>
internal sealed class RequestHeaders(string authority)
{
    private const int FirstDynamicIndex = 62;
    private const int OneByteLimit = 127;

    private readonly Field[] _fixed =
    [
        new(NameIndex: 1, null, authority),
        new(NameIndex: 31, null, "application/grpc"),
        new(NameIndex: 0, "te", "trailers"),
    ];

    private readonly Field?[] _paths = new Field?[GrpcMethod.Count];
    private readonly byte[]?[] _blocks = new byte[]?[GrpcMethod.Count];
    private readonly List<Field> _table = [];

    /// <summary>The block to send now; later blocks rely on the server having decoded it.</summary>
    public ReadOnlySpan<byte> BlockFor(GrpcMethod method) => _blocks[method.Index] ?? Encode(method);

    private byte[] Encode(GrpcMethod method)
    {
        List<byte> block = [0x83, 0x86]; // :method POST, :scheme http
        int before = _table.Count;
        Append(block, _paths[method.Index] ??= new(NameIndex: 4, null, method.Path));
        foreach (Field field in _fixed)
        {
            Append(block, field);
        }

        if (_table.Count == before)
        {
            _blocks[method.Index] = [.. block];
        }
        else
        {
            // New entries move the old ones: no block that was made before is right any more.
            Array.Clear(_blocks);
        }

        return [.. block];
    }

    private void Append(List<byte> block, Field field)
    {
        int position = _table.IndexOf(field);
        if (position >= 0)
        {
            block.Add((byte)(0x80 | OneByte(FirstDynamicIndex + _table.Count - 1 - position)));
            return;
        }

        block.Add((byte)(0x40 | field.NameIndex));
        if (field.Name is { } name)
        {
            AppendText(block, name);
        }

        AppendText(block, field.Value);
        _table.Add(field);
    }

    private static void AppendText(List<byte> block, string text)
    {
        block.Add((byte)OneByte(text.Length));
        block.AddRange(Encoding.ASCII.GetBytes(text));
    }

    private static int OneByte(int value) =>
        value < OneByteLimit ? value : throw new InvalidOperationException($"{value} does not fit one byte of HPACK");

    private sealed record Field(int NameIndex, string? Name, string Value);
}
