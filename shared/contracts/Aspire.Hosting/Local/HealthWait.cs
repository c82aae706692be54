using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Waits until a resource answers its health checks.</summary>
internal static class HealthWait
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Returns when every check of the resource passed once.</summary>
    /// <exception cref="ResourceFailedException">The process ended first.</exception>
    public static async Task UntilHealthyAsync(
        RunningResource running, Action<string> say, CancellationToken cancellationToken)
    {
        var told = Stopwatch.StartNew();
        foreach (var check in running.Resource.Annotations.OfType<HttpHealthCheckAnnotation>())
        {
            while (await AskAsync(check, cancellationToken) is { } reason)
            {
                if (running.Exited.IsCompleted)
                {
                    throw new ResourceFailedException(running.DescribeExit());
                }

                if (told.Elapsed > TellEvery)
                {
                    say($"{running.Resource.Name} is not healthy yet: {reason}. Its log is {running.LogFile}");
                    told.Restart();
                }

                await Task.Delay(AskEvery, cancellationToken);
            }
        }
    }

    /// <summary>Null when the check passes, else why it does not.</summary>
    private static async Task<string?> AskAsync(HttpHealthCheckAnnotation check, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(check.Endpoint.Url + check.Path, cancellationToken);
            return (int)response.StatusCode == check.StatusCode
                ? null
                : $"{check.Path} answers {(int)response.StatusCode}";
        }
        catch (HttpRequestException error)
        {
            return error.Message;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{check.Path} does not answer";
        }
    }
}
