using Etcd.Protocol.Errors;

namespace Etcd.Node.Reads;

/// <summary>The linearizable reads that share one read index. Thread-safe.</summary>
internal sealed class ReadRound
{
    private readonly TaskCompletionSource<EtcdError?> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReadRound(ulong token) => Token = token;

    /// <summary>Number of the round, by which the core names it.</summary>
    public ulong Token { get; }

    /// <summary>Completes when the index is applied, or with why it cannot be.</summary>
    public Task<EtcdError?> Completion => _completion.Task;

    /// <summary>Releases all reads of the round.</summary>
    public void Complete(EtcdError? error) => _completion.TrySetResult(error);
}
