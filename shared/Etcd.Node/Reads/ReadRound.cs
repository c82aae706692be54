using Etcd.Protocol.Errors;

namespace Etcd.Node.Reads;

/// <summary>The linearizable reads that share one read index. Thread-safe, but for <see cref="Join"/>.</summary>
internal sealed class ReadRound
{
    // Reads that one work item lets go on: enough to share its price, few enough that a large round uses all cores.
    private const int LaneReads = 16;

    private readonly List<Lane> _lanes = [];
    private EtcdError? _error;

    public ReadRound(ulong token) => Token = token;

    /// <summary>Number of the round, by which the core names it.</summary>
    public ulong Token { get; }

    /// <summary>Adds a read. Not after <see cref="Complete"/>, and by one thread at a time.</summary>
    /// <returns>Completes when the index is applied, or with why it cannot be.</returns>
    public Task<EtcdError?> Join()
    {
        if (_lanes.Count == 0 || _lanes[^1].Reads == LaneReads)
        {
            _lanes.Add(new Lane(this));
        }

        return _lanes[^1].Join();
    }

    /// <summary>Releases all reads of the round, each on the thread pool. Called once, after the last join.</summary>
    public void Complete(EtcdError? error)
    {
        _error = error;
        foreach (Lane lane in _lanes)
        {
            ThreadPool.UnsafeQueueUserWorkItem(lane, preferLocal: false);
        }
    }

    /// <summary>Reads that go on one after another.</summary>
    private sealed class Lane(ReadRound round) : IThreadPoolWorkItem
    {
        // Without RunContinuationsAsynchronously: it is set on a pool thread, never on a loop's.
        private readonly TaskCompletionSource<EtcdError?> _completion = new();

        public int Reads { get; private set; }

        public Task<EtcdError?> Join()
        {
            Reads++;
            return _completion.Task;
        }

        public void Execute() => _completion.TrySetResult(round._error);
    }
}
