namespace Etcd.Raft;

/// <summary>Receives the lines the core logs. Called on the raft loop; must not block.</summary>
public interface IRaftLogger
{
    /// <summary>Whether a line of this level would be kept; the text is not built otherwise.</summary>
    /// <param name="level">How much it matters.</param>
    bool IsEnabled(RaftLogLevel level);

    /// <summary>Takes one line.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="text">The line; never holds payload bytes.</param>
    void Log(RaftLogLevel level, string text);
}
