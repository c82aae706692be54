using System.Globalization;
using System.Text;
using System.Text.Json;
using Etcd.Protocol.Errors;
using Etcd.ServiceDefaults.Health;
using Microsoft.AspNetCore.Http;

namespace Etcd.Gateway.Forwarding;

/// <summary>Answers in the member's place, in the forms in which etcd reports errors.</summary>
internal static class FailureResponse
{
    /// <summary>Answers a request whose response has not begun, or ends a gRPC response that has.</summary>
    public static async Task WriteAsync(HttpContext context, bool isGrpc, EtcdError error)
    {
        var response = context.Response;
        if (isGrpc)
        {
            WriteGrpc(response, error);
        }
        else if (response.HasStarted)
        {
            context.Abort();
        }
        else if (context.Request.Path == "/health" || context.Request.Path == "/readyz")
        {
            response.Clear();
            await HealthEndpointExtensions.WriteAsync(response, error.Message, context.RequestAborted);
        }
        else
        {
            response.Clear();
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.ContentType = "application/json";
            await response.Body.WriteAsync(Json(error), context.RequestAborted);
        }
    }

    private static void WriteGrpc(HttpResponse response, EtcdError error)
    {
        var code = ((int)error.GrpcStatusCode).ToString(CultureInfo.InvariantCulture);
        if (response.HasStarted)
        {
            response.AppendTrailer("grpc-status", code);
            response.AppendTrailer("grpc-message", PercentEncode(error.Message));
            return;
        }

        // No body follows, so these headers also end the stream: the trailers-only form.
        response.Clear();
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = code;
        response.Headers["grpc-message"] = PercentEncode(error.Message);
    }

    /// <summary>The JSON gateway's form: {"error":…,"code":…,"message":…}.</summary>
    private static byte[] Json(EtcdError error)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("error", error.Message);
            json.WriteNumber("code", (int)error.GrpcStatusCode);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>gRPC's encoding of status messages: printable ASCII but "%" as is.</summary>
    private static string PercentEncode(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return text.ToString();
    }
}
