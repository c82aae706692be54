using System.Globalization;
using System.Runtime.CompilerServices;

namespace Etcd.Raft;

/// <summary>Builds the text of one log line, or nothing when the level is off.</summary>
[InterpolatedStringHandler]
internal ref struct LogText
{
    private DefaultInterpolatedStringHandler _text;

    public LogText(int literalLength, int formattedCount, CoreLogger logger, RaftLogLevel level, out bool enabled)
    {
        enabled = Enabled = logger.IsEnabled(level);
        _text = enabled
            ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture)
            : default;
    }

    public bool Enabled { get; }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public string Take() => _text.ToStringAndClear();
}
