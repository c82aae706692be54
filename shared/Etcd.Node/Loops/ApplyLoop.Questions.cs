using Etcd.Node.Apply;

namespace Etcd.Node.Loops;

/// <content>Questions of other threads, answered without waking this one.</content>
internal sealed partial class ApplyLoop
{
    // Two microseconds: enough for the loop to answer questions, which wake it otherwise, and not for a write.
    private const int MostSpins = 50;

    // Those who ask wait for each other: a question takes less than a microsecond, waking the loop for it twenty.
    private readonly Lock _asking = new();

    /// <summary>
    /// Asks at once, on the caller's thread, while the loop has nothing to do. Never waits for the loop's work: a
    /// handler that waited for an engine's write would take a thread from all others. Thread-safe.
    /// </summary>
    /// <param name="state">Handed to the question.</param>
    /// <param name="ask">Gets the core with everything applied so far committed, and the milliseconds of the clock of
    /// leases. Must not block.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>False when the loop is at work, or has ended: post an <see cref="ApplyQuery"/>.</returns>
    public bool TryAsk<TState, T>(TState state, Func<ApplyCore, long, TState, T> ask, out T? answer)
    {
        lock (_asking)
        {
            for (int spins = 0; !_inbox.TryEnter(); spins++)
            {
                if (spins == MostSpins)
                {
                    answer = default;
                    return false;
                }

                Thread.SpinWait(1);
            }

            try
            {
                answer = ask(_core, NowMilliseconds, state);
                return true;
            }
            finally
            {
                _inbox.Exit();
            }
        }
    }
}
