using Etcd.Benchmarks.Http2;

namespace Etcd.Benchmarks.Load;

/// <summary>A client that makes one unary call after another: the next when the last is answered.</summary>
internal abstract class UnaryCaller : Http2Stream
{
    private long _due;
    private bool _checked;

    /// <summary>Whether it waits for somebody to call <see cref="CallDueAt"/> instead of going on by itself.</summary>
    public Pacer? Pacer { get; set; }

    /// <summary>The first answer is looked at, to be sure that the right work is measured.</summary>
    protected override bool WantsMessages => !_checked;

    /// <summary>When the present call should have been made; at once, without a pacer.</summary>
    protected long Due => _due;

    protected Recorder Recorder => Connection.Loop.Recorder;

    /// <inheritdoc/>
    public sealed override void Begin()
    {
        Connection.Loop.CallerStarted();
        Continue();
    }

    /// <summary>Makes a call whose latency counts from when it should have been made.</summary>
    public void CallDueAt(long due)
    {
        _due = due;
        if (!TryCall())
        {
            Connection.Loop.CallerEnded();
        }
    }

    /// <inheritdoc/>
    public sealed override void OnEnd(int status, string? text)
    {
        if (status == 0)
        {
            _checked = true;
            Answered(Connection.Loop.Now - _due);
        }
        else
        {
            Recorder.Failed($"status {status}: {text}");
        }

        Continue();
    }

    /// <summary>Sends the next request with <see cref="Http2Connection.Open"/>.</summary>
    /// <returns>False when the work is done.</returns>
    protected abstract bool TryCall();

    /// <summary>Looks at the first answer.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    protected abstract string? Check(ReadOnlySpan<byte> message);

    /// <summary>A call succeeded.</summary>
    protected virtual void Answered(long ticks) => Recorder.Succeeded(ticks, ReceivedBytes);

    /// <inheritdoc/>
    protected sealed override void OnMessage(ReadOnlySpan<byte> message)
    {
        Inspect(message);
        if (!_checked && Check(message) is { } wrong)
        {
            throw new LoadException("the answer is not what the workload asks for: " + wrong);
        }
    }

    /// <summary>Sees every answer that is looked at.</summary>
    protected virtual void Inspect(ReadOnlySpan<byte> message)
    {
    }

    private void Continue()
    {
        if (Connection.Loop.Stopping)
        {
            Connection.Loop.CallerEnded();
        }
        else if (Pacer is { } pacer)
        {
            pacer.Ready(this);
        }
        else
        {
            CallDueAt(Connection.Loop.Now);
        }
    }
}
