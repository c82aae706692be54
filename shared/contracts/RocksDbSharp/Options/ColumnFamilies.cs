using System.Collections;

namespace RocksDbSharp;

/// <summary>Names and options of the column families to open; the default one is always among them.</summary>
public class ColumnFamilies : IEnumerable<ColumnFamilies.Descriptor>
{
    public static readonly string DefaultName = "default";

    private readonly List<Descriptor> _descriptors;

    public ColumnFamilies(ColumnFamilyOptions? defaultOptions = null) =>
        _descriptors = [new Descriptor(DefaultName, defaultOptions ?? new ColumnFamilyOptions())];

    public void Add(string name, ColumnFamilyOptions options) => _descriptors.Add(new Descriptor(name, options));

    public IEnumerator<Descriptor> GetEnumerator() => _descriptors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public class Descriptor(string name, ColumnFamilyOptions options)
    {
        public string Name { get; } = name;

        public ColumnFamilyOptions Options { get; } = options;
    }
}
