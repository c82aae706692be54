namespace Etcd.StateMachine.Membership;

/// <summary>Whether the cluster is being taken to an older release (<c>DowngradeInfo</c>). Immutable.</summary>
/// <param name="Enabled">True while a downgrade is under way.</param>
/// <param name="TargetVersion">The release it goes to; empty when none is under way.</param>
public sealed record DowngradeState(bool Enabled, string TargetVersion)
{
    /// <summary>No downgrade.</summary>
    public static DowngradeState None { get; } = new(false, string.Empty);
}
