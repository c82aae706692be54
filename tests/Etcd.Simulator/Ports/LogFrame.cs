namespace Etcd.Simulator.Ports;

/// <summary>What is found at a frame's place when the files are read again.</summary>
internal enum FrameState
{
    Whole,

    /// <summary>A crash cut the write short.</summary>
    Torn,

    /// <summary>Zeros: the write went elsewhere, or nowhere.</summary>
    Missing,

    /// <summary>Something that its checksum does not fit.</summary>
    Damaged,
}

/// <summary>What one sync writes into the log files.</summary>
internal sealed class LogFrame(LogRecord[] records)
{
    public IReadOnlyList<LogRecord> Records { get; } = records;

    public FrameState State { get; set; }

    /// <summary>Highest index among the entries; 0 without any.</summary>
    public ulong LastIndex { get; } = records.Max(static record => record.Entry?.Index ?? 0);
}
