using Etcd.Ports.Log;

namespace Etcd.Storage.Wal;

/// <summary>A member's log as segment files in one directory (<c>member/wal</c>). Used by one thread at a time.</summary>
public sealed class SegmentedRaftLogStore : IRaftLogStore
{
    private readonly string _directory;
    private readonly WalOptions _options;

    /// <param name="directory">The log's own directory; created with mode 0700 when missing.</param>
    /// <param name="options">How the log is kept.</param>
    public SegmentedRaftLogStore(string directory, WalOptions options)
    {
        _directory = Path.GetFullPath(directory);
        _options = options;
    }

    /// <inheritdoc/>
    public bool Exists => Directory.Exists(_directory) && Directory.EnumerateFiles(_directory, "*.wal").Any();

    /// <inheritdoc/>
    public IRaftLog Create(ReadOnlyMemory<byte> metadata) => throw new NotSupportedException(_options.ToString());

    /// <inheritdoc/>
    public IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered) =>
        throw new NotSupportedException(_options.ToString());
}
