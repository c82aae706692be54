using Etcd.Node.Apply;
using Etcd.Protocol.Errors;

namespace Etcd.Node.Loops;

/// <summary>A question that only the apply loop can answer, because it owns the state.</summary>
internal abstract class ApplyQuery
{
    /// <summary>Asks; called by the apply loop with everything applied so far committed.</summary>
    public abstract void Run(ApplyCore core, long nowMilliseconds);

    /// <summary>The node stops: nobody will ask.</summary>
    public abstract void Fail(EtcdError error);
}

/// <summary>A question with an answer.</summary>
internal sealed class ApplyQuery<TState, T> : ApplyQuery
{
    private readonly TState _state;
    private readonly Func<ApplyCore, long, TState, T> _ask;
    private readonly TaskCompletionSource<(T? Answer, EtcdError? Error)> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ApplyQuery(TState state, Func<ApplyCore, long, TState, T> ask)
    {
        _state = state;
        _ask = ask;
    }

    /// <summary>The answer, or why there is none.</summary>
    public Task<(T? Answer, EtcdError? Error)> Completion => _completion.Task;

    /// <inheritdoc/>
    public override void Run(ApplyCore core, long nowMilliseconds) =>
        _completion.TrySetResult((_ask(core, nowMilliseconds, _state), null));

    /// <inheritdoc/>
    public override void Fail(EtcdError error) => _completion.TrySetResult((default, error));
}
