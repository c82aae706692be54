using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// What all views of one store share: the engine, the value cache, the newest view and the newest compaction hashes.
/// Thread-safe; only the apply loop publishes.
/// </summary>
internal sealed class MvccSource(IKvReader reader, ValueCache cache, OperationCounts counts)
{
    /// <summary>Compaction hashes kept, as etcd keeps them.</summary>
    private const int MaxHashes = 10;

    private MvccView? _latest;
    private HashKvResult[] _hashes = [];

    /// <summary>The engine.</summary>
    public IKvReader Reader => reader;

    /// <summary>Committed puts by revision.</summary>
    public RowReader Rows { get; } = new(reader, cache);

    /// <summary>Where operations are counted.</summary>
    public OperationCounts Counts => counts;

    /// <summary>The newest published view.</summary>
    public MvccView Latest
    {
        get => Volatile.Read(ref _latest) ?? throw new InvalidOperationException("no view is published yet");
        set => Volatile.Write(ref _latest, value);
    }

    /// <summary>The newest compaction hashes, ascending by revision.</summary>
    public HashKvResult[] Hashes => Volatile.Read(ref _hashes);

    /// <summary>Adds the hash of a finished compaction.</summary>
    public void AddHash(HashKvResult hash)
    {
        HashKvResult[] hashes = [.. _hashes, hash];
        Volatile.Write(ref _hashes, hashes.Length > MaxHashes ? hashes[^MaxHashes..] : hashes);
    }
}
