using System.Text;
using System.Text.RegularExpressions;
using Etcd.Conformance.Tests.Harness;

namespace Etcd.Conformance.Tests.Etcdctl;

/// <summary>
/// Calls of etcdctl against one system, with what they printed. Remembers the lease and the member that a call made:
/// <c>{lease}</c> and <c>{member}</c> in later ones.
/// </summary>
/// <param name="endpoint">The system.</param>
/// <param name="everywhere">Arguments of every call.</param>
internal sealed partial class EtcdctlSession(string endpoint, params string[] everywhere)
{
    private readonly StringBuilder _transcript = new();
    private string _lease = "none";
    private string _member = "none";

    /// <summary>All calls so far and what they printed, masked.</summary>
    public string Transcript => _transcript.ToString();

    /// <summary>A call without input; what it printed, masked.</summary>
    public Task<string> RunAsync(params string[] arguments) => TypeAsync(string.Empty, arguments);

    /// <summary>A call with input; what it printed, masked.</summary>
    public Task<string> TypeAsync(string input, params string[] arguments) =>
        TypeAsync(Script.Kind.Exact, input, arguments);

    /// <summary>A call of which not everything may be compared.</summary>
    public async Task<string> TypeAsync(Script.Kind kind, string input, params string[] arguments)
    {
        string[] actual = [.. arguments.Select(argument => argument.Replace("{lease}", _lease).Replace("{member}", _member))];
        var run = await EtcdctlRun.RunAsync(endpoint, input, [.. actual, .. everywhere]);
        Remember(run.Output);
        string errors = string.Join(
            '\n', run.Errors.Split('\n').Where(line => line.StartsWith("Error:", StringComparison.Ordinal)));
        string text = $"exit {run.ExitCode}\n{run.Output}\n{errors}";
        string masked = kind == Script.Kind.StatusTable
            ? Mask.StatusTable(text)
            : Mask.Output(text, sortLines: kind == Script.Kind.AnyOrder);
        _transcript.Append("$ ").AppendJoin(' ', arguments).Append('\n').Append(masked).Append('\n');
        return masked;
    }

    private void Remember(string output)
    {
        if (GrantedLease().Match(output) is { Success: true } lease)
        {
            _lease = lease.Groups[1].Value;
        }
        else if (GrantedLeaseNumber().Match(output) is { Success: true } number)
        {
            _lease = long.Parse(number.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
                .ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        }

        if (AddedMember().Match(output) is { Success: true } member)
        {
            _member = member.Groups[1].Value;
        }
    }

    [GeneratedRegex("lease ([0-9a-f]+) granted")]
    private static partial Regex GrantedLease();

    /// <summary>In JSON, and as fields.</summary>
    [GeneratedRegex("\"ID\"(?:| ): ?(\\d+)[,\n]\"TTL\"")]
    private static partial Regex GrantedLeaseNumber();

    [GeneratedRegex("Member +([0-9a-f]+) added")]
    private static partial Regex AddedMember();
}
