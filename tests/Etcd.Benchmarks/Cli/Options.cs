using System.Globalization;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Cli;

/// <summary>The options of a command: <c>--name value</c>, each at most once. What is left over is refused.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">Something is no option, or lacks its value.</exception>
    public Options(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Count)
            {
                throw new UsageException($"'{arguments[i]}' is no option with a value");
            }

            if (!_values.TryAdd(arguments[i][2..], arguments[i + 1]))
            {
                throw new UsageException($"{arguments[i]} is given twice");
            }
        }
    }

    public string? Text(string name)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name);
    }

    public string Text(string name, string otherwise) => Text(name) ?? otherwise;

    /// <summary>A whole number of at least 1.</summary>
    public int Number(string name, int otherwise) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value
        : throw new UsageException($"--{name} takes a number of at least 1, not '{text}'");

    /// <summary>How many keys stores shall hold; null for each workload's own.</summary>
    public int? StoredKeys()
    {
        int keys = Number("keys", 0);
        return keys is 0 or >= Catalog.LeastStoredKeys
            ? keys == 0 ? null : keys
            : throw new UsageException($"--keys takes a number of at least {Catalog.LeastStoredKeys}, not '{keys}'");
    }

    /// <summary>A number above 0.</summary>
    public double Real(string name, double otherwise) =>
        Text(name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0
            ? value
        : throw new UsageException($"--{name} takes a number above 0, not '{text}'");

    /// <summary>Numbers of at least 1 with commas between; null when not given.</summary>
    public IReadOnlyList<int>? Numbers(string name) => Text(name)?.Split(',').Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new UsageException($"--{name} takes numbers of at least 1 with commas between, not '{text}'")).ToArray();

    /// <summary>To be called when all options have been asked for.</summary>
    /// <exception cref="UsageException">There is an option that nobody asked for.</exception>
    public void RefuseUnknown()
    {
        if (_values.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
        {
            throw new UsageException($"unknown option --{unknown}");
        }
    }
}
