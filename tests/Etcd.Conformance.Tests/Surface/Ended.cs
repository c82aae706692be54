using System.Text.Json;

namespace Etcd.Conformance.Tests.Surface;

/// <summary>The end of a program.</summary>
internal sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>
    /// Why it ended: the first line if that is plain text, else the error fields of the lines that refuse the start, in
    /// order, with their messages.
    /// </summary>
    public string Reason => Errors.StartsWith('{') || Errors.Length == 0
        ? string.Join('\n', Errors.Split('\n').Where(line => line.StartsWith('{')).Select(Refusal).OfType<string>())
        : Errors.Split('\n')[0];

    private static string? Refusal(string line)
    {
        using var json = JsonDocument.Parse(line);
        var fields = json.RootElement;
        string message = fields.GetProperty("msg").GetString()!;
        // Steps on the way, whose texts come from the libraries of each.
        bool isRefusal = message is "failed to verify flags" or "failed to start etcd" or "discovery failed"
            || fields.GetProperty("level").GetString() == "fatal";
        string reason = fields.TryGetProperty("error", out var error) ? error.GetString()!
            : fields.TryGetProperty("environment-variable", out var variable) ? variable.GetString()!
            : "";
        return isRefusal ? $"{fields.GetProperty("level")}: {message}: {reason}" : null;
    }
}
