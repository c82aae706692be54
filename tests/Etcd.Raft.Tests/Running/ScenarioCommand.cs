using System.Globalization;

namespace Etcd.Raft.Tests.Running;

/// <summary>
/// One command of a scenario: <c>name word key=value key=(a,b) …</c>, optional input lines, then what it must print.
/// </summary>
internal sealed class ScenarioCommand(string line, IReadOnlyList<string> input, string expected, int lineNumber)
{
    private readonly string[] _words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public string Name => _words[0];

    public string Line => line;

    public IReadOnlyList<string> Input => input;

    public string Expected => expected;

    public int LineNumber => lineNumber;

    /// <summary>The words without a key.</summary>
    public IEnumerable<string> Words => _words.Skip(1).Where(word => !word.Contains('='));

    public string Word(int position) => Words.ElementAt(position);

    /// <summary>All words without a key as member ids.</summary>
    public ulong[] Ids => [.. Words.Where(word => char.IsAsciiDigit(word[0])).Select(Number)];

    public ulong Id => Number(Word(0));

    public bool Has(string word) => Words.Contains(word);

    public string? Option(string key) =>
        _words.Skip(1).Where(word => word.StartsWith(key + "=", StringComparison.Ordinal))
            .Select(word => word[(key.Length + 1)..]).FirstOrDefault();

    public bool Flag(string key) => Option(key) is "true";

    public ulong NumberOption(string key, ulong otherwise) => Option(key) is string text ? Number(text) : otherwise;

    public ulong[] IdsOption(string key) =>
        Option(key) is string text
            ? [.. text.Trim('(', ')').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)]
            : [];

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
