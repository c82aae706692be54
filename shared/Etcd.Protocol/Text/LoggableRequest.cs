using System.Collections;
using System.Globalization;
using System.Text;
using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Etcd.Protocol.Text;

/// <summary>
/// Requests as etcd writes them into its log: protobuf's compact text, with sizes for values and without passwords
/// (etcd's <c>raft_internal_stringer.go</c>). Stateless and thread-safe.
/// </summary>
public static class LoggableRequest
{
    /// <summary>The text of a request that went through the log.</summary>
    public static string Of(InternalRaftRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = new StringBuilder("header:<");
        AppendFields(text, request.Header ?? new RequestHeader());
        text.Append("> ");
        if (request.Put is { } put)
        {
            AppendNested(text, "put", put);
        }
        else if (request.Txn is { } txn)
        {
            text.Append("txn:<");
            AppendTxn(text, txn);
            text.Append('>');
        }
        else if (request.LeaseGrant is { } grant)
        {
            text.Append(CultureInfo.InvariantCulture, $"lease_grant:<ttl:{grant.TTL}-second id:{LeaseId(grant.ID)}>");
        }
        else if (request.LeaseRevoke is { } revoke)
        {
            text.Append(CultureInfo.InvariantCulture, $"lease_revoke:<id:{LeaseId(revoke.ID)}>");
        }
        else
        {
            AppendFields(text, new InternalRaftRequest(request) { ID = 0, Header = null });
        }

        return text.ToString();
    }

    /// <summary>The text of a request that holds no transaction.</summary>
    public static string Of(IMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = new StringBuilder();
        AppendFields(text, request);
        return text.ToString();
    }

    /// <summary>The text of a transaction.</summary>
    public static string Of(TxnRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = new StringBuilder();
        AppendTxn(text, request);
        return text.ToString();
    }

    private static string LeaseId(long id) => id < 0
        ? string.Create(CultureInfo.InvariantCulture, $"-{unchecked((ulong)-id):x15}")
        : string.Create(CultureInfo.InvariantCulture, $"{id:x16}");

    private static void AppendTxn(StringBuilder text, TxnRequest txn)
    {
        text.Append("compare:<");
        foreach (var (index, compare) in txn.Compare.Index())
        {
            text.Append(index > 0 ? " " : "");
            AppendFields(text, compare);
        }

        text.Append("> success:<");
        AppendOperations(text, txn.Success);
        text.Append("> failure:<");
        AppendOperations(text, txn.Failure);
        text.Append('>');
    }

    private static void AppendOperations(StringBuilder text, IEnumerable<RequestOp> operations)
    {
        foreach (var (index, operation) in operations.Index())
        {
            text.Append(index > 0 ? " " : "");
            if (operation.RequestPut is { } put)
            {
                AppendNested(text, "request_put", put);
            }
            else if (operation.RequestTxn is { } txn)
            {
                text.Append("request_txn:<");
                AppendTxn(text, txn);
                text.Append('>');
            }
            else
            {
                AppendFields(text, operation);
            }
        }
    }

    private static void AppendNested(StringBuilder text, string name, IMessage message)
    {
        text.Append(name).Append(":<");
        AppendFields(text, message);
        text.Append('>');
    }

    /// <summary>Every field that is set, in the order of the proto, with a blank behind each.</summary>
    private static void AppendFields(StringBuilder text, IMessage message)
    {
        // Not by their descriptors, whose first use in a process takes up to 130 ms: the first slow put must not become
        // slower by the line about it, nor hold up those after it.
        switch (message)
        {
            case RequestHeader header:
                AppendFields(text, header);
                return;
            case PutRequest put:
                AppendFields(text, put);
                return;
        }

        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            object value = field.Accessor.GetValue(message);
            if (field.IsRepeated)
            {
                foreach (object element in (IList)value)
                {
                    AppendField(text, field, element);
                }
            }
            else if (field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(value))
            {
                AppendField(text, field, value);
            }
        }
    }

    private static void AppendFields(StringBuilder text, RequestHeader header)
    {
        AppendNumber(text, "ID", header.ID);
        AppendBytes(text, "username", Encoding.UTF8.GetBytes(header.Username));
        AppendNumber(text, "auth_revision", header.AuthRevision);
    }

    private static void AppendFields(StringBuilder text, PutRequest put)
    {
        AppendBytes(text, "key", put.Key.Span);
        AppendNumber(text, "value_size", put.Value.Length);
        AppendNumber(text, "lease", put.Lease);
        AppendFlag(text, "prev_kv", put.PrevKv);
        AppendFlag(text, "ignore_value", put.IgnoreValue);
        AppendFlag(text, "ignore_lease", put.IgnoreLease);
    }

    private static void AppendNumber(StringBuilder text, string name, decimal number)
    {
        if (number != 0)
        {
            text.Append(name).Append(CultureInfo.InvariantCulture, $":{number} ");
        }
    }

    private static void AppendFlag(StringBuilder text, string name, bool flag) =>
        text.Append(flag ? name : "").Append(flag ? ":true " : "");

    private static void AppendBytes(StringBuilder text, string name, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            text.Append(name).Append(':');
            AppendQuoted(text, bytes);
            text.Append(' ');
        }
    }

    private static void AppendField(StringBuilder text, FieldDescriptor field, object value)
    {
        if (field.Name is "password" or "hashedPassword")
        {
            return;
        }

        if (field.Name == "value" && value is ByteString bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"value_size:{bytes.Length} ");
            return;
        }

        if (value is IMessage nested)
        {
            AppendNested(text, field.Name, nested);
            text.Append(' ');
            return;
        }

        text.Append(field.Name).Append(':');
        switch (value)
        {
            case ByteString content:
                AppendQuoted(text, content.Span);
                break;
            case string content:
                AppendQuoted(text, Encoding.UTF8.GetBytes(content));
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case Enum when field.EnumType.FindValueByNumber((int)value) is { } named:
                text.Append(named.Name);
                break;
            case Enum:
                text.Append(CultureInfo.InvariantCulture, $"{(int)value}");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }

        text.Append(' ');
    }

    private static bool IsDefault(object value) => value switch
    {
        ByteString bytes => bytes.IsEmpty,
        string content => content.Length == 0,
        bool flag => !flag,
        Enum number => (int)(object)number == 0,
        _ => Convert.ToDecimal(value, CultureInfo.InvariantCulture) == 0,
    };

    private static void AppendQuoted(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        text.Append('"');
        foreach (byte next in bytes)
        {
            switch (next)
            {
                case (byte)'\n':
                    text.Append("\\n");
                    break;
                case (byte)'\r':
                    text.Append("\\r");
                    break;
                case (byte)'\t':
                    text.Append("\\t");
                    break;
                case (byte)'"':
                    text.Append("\\\"");
                    break;
                case (byte)'\\':
                    text.Append("\\\\");
                    break;
                case >= 0x20 and < 0x7F:
                    text.Append((char)next);
                    break;
                default:
                    text.Append('\\').Append(Convert.ToString(next, 8).PadLeft(3, '0'));
                    break;
            }
        }

        text.Append('"');
    }
}
