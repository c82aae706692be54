using Microsoft.Extensions.Logging;

namespace Etcd.ServiceDefaults;

/// <summary>Log lines of services that have no log format of their own.</summary>
public static class ServiceConsoleExtensions
{
    /// <summary>Writes one line per message to the console, with UTC time, plain or as a JSON object.</summary>
    /// <param name="logging">The logging being built; other providers are removed.</param>
    /// <param name="level">The least severe level that is written; the frameworks' own lines start at Warning.</param>
    /// <param name="json">Whether lines are JSON objects.</param>
    public static ILoggingBuilder AddServiceConsole(this ILoggingBuilder logging, LogLevel level, bool json)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        return json
            ? logging.AddJsonConsole(console => console.UseUtcTimestamp = true)
            : logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            });
    }
}
