namespace Etcd.Ports.Log;

/// <summary>The place where one member's log lives. Used by one thread at a time.</summary>
public interface IRaftLogStore
{
    /// <summary>True when a log was created here before.</summary>
    bool Exists { get; }

    /// <summary>
    /// Creates an empty log, durable on return, with a marker at index 0.
    /// </summary>
    /// <param name="metadata">Opaque bytes given back by every later open.</param>
    /// <exception cref="InvalidOperationException">A log exists already.</exception>
    IRaftLog Create(ReadOnlyMemory<byte> metadata);

    /// <summary>Opens the log for appending, repairing a torn tail.</summary>
    /// <param name="appliedIndex">Index up to which the state is durable: markers above it are not used.</param>
    /// <param name="recovered">What the log holds.</param>
    /// <exception cref="LogCorruptException">A record other than a torn tail is damaged.</exception>
    IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered);
}
