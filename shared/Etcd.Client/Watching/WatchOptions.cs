namespace Etcd.Client.Watching;

/// <summary>How a watch behaves when its stream breaks. Immutable.</summary>
public sealed record WatchOptions
{
    /// <summary>The default values.</summary>
    public static WatchOptions Default { get; } = new();

    /// <summary>
    /// Asks the server to end the stream when it has lost the leader, so that the watch resumes at a member that has
    /// one; on by default.
    /// </summary>
    public bool RequireLeader { get; init; } = true;

    /// <summary>Longest pause between two attempts to resume.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Called before each attempt to resume, with the cause; for logs and tests.</summary>
    public Action<Exception?>? Resuming { get; init; }

    /// <summary>Called with the revision of the store whenever the server has created the watch.</summary>
    public Action<long>? Created { get; init; }
}
