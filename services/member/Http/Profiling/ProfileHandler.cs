using System.Globalization;

namespace Etcd.Member.Http.Profiling;

/// <summary><c>/debug/pprof/</c>, served with <c>--enable-pprof</c> only. Thread-safe.</summary>
/// <remarks>
/// Differs from etcd: a profile is a trace of .NET's (nettrace), as the tools for Go's formats know nothing of this
/// runtime; the profiles of Go's own kinds (heap, goroutine, …) do not exist.
/// </remarks>
internal sealed class ProfileHandler(TimeProvider time)
{
    private const string Root = "/debug/pprof";
    private const int DefaultSeconds = 30;

    private const string Index = """
        <html>
        <head>
        <title>/debug/pprof/</title>
        </head>
        <body>
        /debug/pprof/
        <ul>
        <li><a href="cmdline">cmdline</a>: the command line of this process</li>
        <li><a href="profile?seconds=30">profile</a>: samples of all stacks for some seconds, as a .nettrace file</li>
        </ul>
        </body>
        </html>

        """;

    private int _isTracing;

    /// <summary>Whether a path is served here.</summary>
    public static bool Serves(string path) => path == Root || path.StartsWith(Root + "/", StringComparison.Ordinal);

    /// <summary>Answers a request of such a path.</summary>
    public Task HandleAsync(HttpContext context, string path)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        switch (path[Root.Length..])
        {
            case "":
                context.Response.Redirect(Root + "/", permanent: true);
                return Task.CompletedTask;
            case "/":
                return GoHttp.WriteAsync(context, "text/html; charset=utf-8", Index);
            case "/cmdline":
                return GoHttp.WriteTextAsync(context, string.Join('\0', Environment.GetCommandLineArgs()));
            case "/profile":
                return ProfileAsync(context);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return GoHttp.WriteTextAsync(context, "Unknown profile\n");
        }
    }

    private async Task ProfileAsync(HttpContext context)
    {
        if (Interlocked.Exchange(ref _isTracing, 1) != 0)
        {
            await FailAsync(context, "cpu profiling already in use").ConfigureAwait(false);
            return;
        }

        try
        {
            using var trace = await RuntimeTrace.StartAsync(context.RequestAborted).ConfigureAwait(false);
            if (trace is null)
            {
                await FailAsync(context, "the diagnostics of .NET are switched off").ConfigureAwait(false);
                return;
            }

            context.Response.ContentType = "application/octet-stream";
            context.Response.Headers.ContentDisposition = "attachment; filename=\"profile.nettrace\"";
            await trace.CopyToAsync(context.Response.Body, DurationOf(context.Request), time, context.RequestAborted)
                .ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isTracing, 0);
        }
    }

    private static Task FailAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return GoHttp.WriteTextAsync(context, $"Could not enable CPU profiling: {reason}\n");
    }

    private static TimeSpan DurationOf(HttpRequest request) => TimeSpan.FromSeconds(
        int.TryParse(request.Query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? seconds
            : DefaultSeconds);
}
