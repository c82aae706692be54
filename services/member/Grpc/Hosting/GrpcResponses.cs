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
        request.ContentType is { } type
        && type.StartsWith(ContentType, StringComparison.Ordinal)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');

    /// <summary>
    /// Ends a request by HTTP/2 that is no gRPC call, as Go's gRPC does; null when it is one. Its answer has the content
    /// subtype of the call.
    /// </summary>
    public static Task? RefuseAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsGrpc(request))
        {
            string text = $"invalid gRPC request content-type {Quoted(request.ContentType ?? "")}";
            return EndAsync(context, StatusCode.InvalidArgument, text, StatusCodes.Status415UnsupportedMediaType);
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            string text = $"Received a HEADERS frame with :method {Quoted(request.Method)} which should be POST";
            return EndAsync(context, StatusCode.Internal, text, StatusCodes.Status405MethodNotAllowed);
        }

        if (request.ContentType is { } type && type.Length > ContentType.Length + 1)
        {
            string answered = $"{ContentType}+{type[(ContentType.Length + 1)..]}";
            context.Response.OnStarting(() =>
            {
                context.Response.ContentType = answered;
                return Task.CompletedTask;
            });
        }

        return null;
    }

    /// <summary>Answers with a status and no message ("trailers only").</summary>
    public static Task EndAsync(
        HttpContext context, StatusCode status, string text, int httpStatus = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = httpStatus;
        context.Response.ContentType = ContentType;
        context.Response.Headers["grpc-status"] = ((int)status).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = PercentEncode(text);
        return context.Response.CompleteAsync();
    }

    /// <summary>Text in quotes, as Go's <c>%q</c> has what can stand in a request.</summary>
    public static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

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
