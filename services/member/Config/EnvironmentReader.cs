using Etcd.Member.Config.Flags;

namespace Etcd.Member.Config;

/// <summary>Fills flags that were not given from <c>ETCD_*</c> variables (etcd's <c>pkg/flags</c>).</summary>
internal sealed class EnvironmentReader
{
    private const string Prefix = "ETCD_";
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly FlagSettings _settings;
    private readonly List<EarlyLogLine> _lines;

    /// <summary>Creates a reader that adds to <paramref name="settings"/> and <paramref name="lines"/>.</summary>
    public EnvironmentReader(
        IReadOnlyDictionary<string, string> environment, FlagSettings settings, List<EarlyLogLine> lines)
    {
        _environment = environment;
        _settings = settings;
        _lines = lines;
    }

    /// <summary>Reads all variables.</summary>
    /// <param name="conflict">True when a variable is shadowed by a flag; its line is the last one.</param>
    /// <param name="error">The bad value, else empty.</param>
    /// <returns>False when the process must end.</returns>
    public bool Read(out bool conflict, out string error)
    {
        conflict = false;
        error = "";
        var given = FlagCatalog.All
            .Where(flag => _settings.IsGiven(flag.Name))
            .Select(flag => flag.EnvironmentVariable)
            .ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flag in FlagCatalog.All.OrderBy(flag => flag.Name, StringComparer.Ordinal))
        {
            if (!given.Contains(flag.EnvironmentVariable))
            {
                Use(flag, used, ref error);
            }
        }

        foreach (var (name, value) in _environment)
        {
            if (used.Contains(name))
            {
                continue;
            }

            if (given.Contains(name))
            {
                _lines.Add(EarlyLogLine.Of(
                    "fatal",
                    "flags/flag.go:85",
                    "conflicting environment variable is shadowed by corresponding command-line flag "
                        + "(either unset environment variable or disable flag))",
                    "environment-variable",
                    name));
                conflict = true;
                return false;
            }

            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                _lines.Add(EarlyLogLine.Of(
                    "warn",
                    "flags/flag.go:93",
                    "unrecognized environment variable",
                    "environment-variable",
                    $"{name}={value}"));
            }
        }

        return error.Length == 0;
    }

    private void Use(FlagDefinition flag, HashSet<string> used, ref string error)
    {
        var name = flag.EnvironmentVariable;
        if (!_environment.TryGetValue(name, out var value) || value.Length == 0)
        {
            return;
        }

        used.Add(name);
        var bad = _settings.Set(flag, value);
        if (bad is not null)
        {
            error = $"invalid value \"{value}\" for {name}: {bad}";
            return;
        }

        _lines.Add(new EarlyLogLine(
            "info",
            "flags/flag.go:113",
            "recognized and used environment variable",
            [new("variable-name", name), new("variable-value", value)]));
    }
}
