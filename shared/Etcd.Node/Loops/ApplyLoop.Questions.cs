using Etcd.Node.Apply;

namespace Etcd.Node.Loops;

/// <content>Questions of other threads, answered without waking this one.</content>
internal sealed partial class ApplyLoop
{
    // A question takes less than a microsecond, so another asker is waited for; the loop at work is not.
    private const int MostSpins = 50;

    // Somebody asks, so the core will be free in a moment.
    private volatile bool _isAsked;

    /// <summary>
    /// Asks at once, on the caller's thread, while the loop has nothing to do. Never waits for the loop: a handler that
    /// waited for an engine's write would take a thread from all others. Thread-safe.
    /// </summary>
    /// <param name="state">Handed to the question.</param>
    /// <param name="ask">Gets the core with everything applied so far committed, and the milliseconds of the clock of
    /// leases. Must not block.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>False when the loop is at work, or has ended: post an <see cref="ApplyQuery"/>.</returns>
    public bool TryAsk<TState, T>(TState state, Func<ApplyCore, long, TState, T> ask, out T? answer)
    {
        answer = default;
        for (int spins = 0; !_inbox.TryEnter(); spins++)
        {
            if (!_isAsked || spins == MostSpins)
            {
                return false;
            }

            Thread.SpinWait(1);
        }

        _isAsked = true;
        try
        {
            answer = ask(_core, NowMilliseconds, state);
            return true;
        }
        finally
        {
            _isAsked = false;
            _inbox.Exit();
        }
    }
}
