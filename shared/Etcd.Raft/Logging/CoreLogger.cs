using System.Runtime.CompilerServices;

namespace Etcd.Raft;

/// <summary>Writes the core's lines; a line that nobody keeps is not even built.</summary>
internal readonly struct CoreLogger(IRaftLogger? sink)
{
    private readonly IRaftLogger? _sink = sink;

    public bool IsEnabled(RaftLogLevel level) => _sink is not null && _sink.IsEnabled(level);

    public void Write(
        RaftLogLevel level,
        [InterpolatedStringHandlerArgument("", nameof(level))] ref LogText text)
    {
        if (text.Enabled)
        {
            _sink?.Log(level, text.Take());
        }
    }
}
