using System.Runtime.InteropServices;

namespace Etcd.Member.Host;

/// <summary>Waits for SIGTERM or SIGINT; later ones are swallowed until the stop is complete. Thread-safe.</summary>
internal sealed class StopSignal : IDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    private readonly TaskCompletionSource<int> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Starts to listen for signals.</summary>
    public StopSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, SigTerm)),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, SigInt)),
    ];

    /// <summary>Completes with the number of the first signal.</summary>
    public Task<int> Received => _received.Task;

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _stopping.Token;

    /// <summary>Go's name of a signal.</summary>
    public static string NameOf(int signal) => signal == SigInt ? "interrupt" : "terminated";

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stopping.Dispose();
    }

    /// <summary>Acts as if a signal had come.</summary>
    public void Raise(int signal)
    {
        if (_received.TrySetResult(signal))
        {
            _stopping.Cancel();
        }
    }

    private void Receive(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        Raise(signal);
    }
}
