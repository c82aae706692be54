using System.Globalization;
using System.Text;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>Ends calls before they reach the gRPC library.</summary>
internal static class GrpcResponses
{
    private const string ContentType = "application/grpc";

    /// <summary>Whether a request is a gRPC call.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.Ordinal);

    /// <summary>Answers with a status and no message ("trailers only").</summary>
    public static Task EndAsync(HttpContext context, StatusCode status, string text)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = ContentType;
        context.Response.Headers["grpc-status"] = ((int)status).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = PercentEncode(text);
        return context.Response.CompleteAsync();
    }

    /// <summary>gRPC's own encoding: printable ASCII but the percent sign stays.</summary>
    private static string PercentEncode(string text)
    {
        StringBuilder encoded = new(text.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            if (value is >= 0x20 and < 0x7F and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return encoded.ToString();
    }
}
