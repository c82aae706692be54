using Etcd.Member.Config.Values;

namespace Etcd.Member.Config.Flags;

/// <summary>
/// The values of all flags, wherever they came from. Filled by one thread at start, then only read. Values were
/// checked when they were set, so the typed readers do not fail.
/// </summary>
internal sealed class FlagSettings
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Names of the flags that were given, in no order.</summary>
    public IReadOnlyCollection<string> Given => _values.Keys;

    /// <summary>True when the flag was given, under this name or one it was renamed from or to.</summary>
    public bool IsSet(string name) => Find(name) is not null;

    /// <summary>True when the flag was given under exactly this name.</summary>
    public bool IsGiven(string name) => _values.ContainsKey(name);

    /// <summary>Sets a flag; null, or the reason why the value is not one.</summary>
    public string? Set(FlagDefinition flag, string text)
    {
        var error = FlagValue.Check(flag, text);
        if (error is not null)
        {
            return error;
        }

        _values[flag.Name] = flag.Kind == FlagKind.FeatureGates && _values.TryGetValue(flag.Name, out var earlier)
            ? earlier + "," + text
            : text;
        return null;
    }

    /// <summary>Sets a flag to a text that is known to be valid.</summary>
    public void Override(string name, string text) => _values[name] = text;

    /// <summary>The text of a flag or its default.</summary>
    public string Text(string name) => Find(name) ?? FlagCatalog.ByName[name].Default;

    /// <summary>A boolean flag.</summary>
    public bool Bool(string name) => FlagValue.TryParseBool(Text(name), out var value) && value;

    /// <summary>An unsigned flag.</summary>
    public ulong UInt(string name) => FlagValue.ParseUnsigned(Text(name), out var value) is null
        ? value
        : throw new InvalidOperationException($"flag {name} holds an unchecked value");

    /// <summary>An unsigned flag as an <see cref="int"/>, cut to its greatest value.</summary>
    public int Int32(string name) => (int)Math.Min(UInt(name), int.MaxValue);

    /// <summary>A signed flag.</summary>
    public long Int(string name) => FlagValue.ParseSigned(Text(name), out var value) is null
        ? value
        : throw new InvalidOperationException($"flag {name} holds an unchecked value");

    /// <summary>A duration flag; the empty default is zero.</summary>
    public TimeSpan Duration(string name) =>
        GoDuration.TryParse(Text(name), out var value) ? value : TimeSpan.Zero;

    /// <summary>A URL list flag.</summary>
    public IReadOnlyList<EtcdUrl> Urls(string name) => EtcdUrls.Parse(Text(name), out var urls) is null
        ? urls
        : throw new InvalidOperationException($"flag {name} holds an unchecked value");

    /// <summary>A text list flag: distinct, in the order given.</summary>
    public IReadOnlyList<string> TextList(string name) =>
        [.. Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    /// <summary>A switch that is a flag in 3.5 and a feature gate in 3.6.</summary>
    public bool Switch(string gate)
    {
        var gates = new Dictionary<string, bool>(StringComparer.Ordinal);
        FeatureGates.Parse(Text("feature-gates"), gates);
        return gates.TryGetValue(gate, out var enabled) ? enabled : Bool(FeatureGates.FlagOfGate[gate]);
    }

    private string? Find(string name)
    {
        if (_values.TryGetValue(name, out var text))
        {
            return text;
        }

        var successor = FlagCatalog.ByName[name].RenamedTo;
        if (successor is not null)
        {
            return _values.GetValueOrDefault(successor);
        }

        var predecessor = FlagCatalog.PredecessorOf(name);
        return predecessor is null ? null : _values.GetValueOrDefault(predecessor.Name);
    }
}
