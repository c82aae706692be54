namespace Etcd.Member.Http;

/// <summary>Answers in the form of Go's <c>net/http</c>, which tools compare byte for byte.</summary>
internal static class GoHttp
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary><c>http.Error</c>: the text and a line feed.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string text)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = PlainText;
        response.Headers.XContentTypeOptions = "nosniff";
        return response.WriteAsync(text + "\n", context.RequestAborted);
    }

    /// <summary><c>http.NotFound</c>.</summary>
    public static Task NotFoundAsync(HttpContext context) => ErrorAsync(context, 404, "404 page not found");

    /// <summary>405 with the one method that is allowed.</summary>
    public static Task MethodNotAllowedAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return ErrorAsync(context, 405, "Method Not Allowed");
    }

    /// <summary>200 with a body.</summary>
    public static Task WriteAsync(HttpContext context, string contentType, string body)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>200 with plain text.</summary>
    public static Task WriteTextAsync(HttpContext context, string body) => WriteAsync(context, PlainText, body);

    /// <summary>The body when it can be read and has at most <paramref name="maxBytes"/>, else null.</summary>
    public static async Task<byte[]?> ReadBodyAsync(HttpContext context, int maxBytes)
    {
        try
        {
            return context.Request.ContentLength > maxBytes
                ? null
                : await ReadAsync(context, maxBytes).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Broken chunks, or the end before the announced length: as good as none.
            return null;
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContext context, int maxBytes)
    {
        using var body = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > maxBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
