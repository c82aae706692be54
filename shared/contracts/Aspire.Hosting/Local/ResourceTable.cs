using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>The table of what runs where.</summary>
internal static class ResourceTable
{
    private static readonly string[] Titles = ["Resource", "State", "Pid", "Endpoints", "Log"];

    public static IEnumerable<string> Render(IReadOnlyList<RunningResource> running)
    {
        var rows = new List<string[]> { Titles };
        foreach (var resource in running.OrderBy(resource => resource.Resource.Name, StringComparer.Ordinal))
        {
            rows.Add(
            [
                resource.Resource.Name,
                resource.Exited.IsCompleted ? "ended" : "running",
                resource.ProcessId.ToString(CultureInfo.InvariantCulture),
                string.Join("  ", Endpoints(resource.Resource)),
                resource.LogFile,
            ]);
        }

        int[] widths = [.. Titles.Select((_, column) => rows.Max(row => row[column].Length))];
        yield return string.Empty;
        foreach (string[] row in rows)
        {
            yield return string.Join("   ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
        }

        yield return string.Empty;
    }

    private static IEnumerable<string> Endpoints(IResource resource) =>
        resource.Annotations.OfType<EndpointAnnotation>()
            .Select(endpoint => $"{endpoint.Name} {endpoint.UriScheme}://127.0.0.1:{endpoint.Port}");
}
