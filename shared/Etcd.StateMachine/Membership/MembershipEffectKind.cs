namespace Etcd.StateMachine.Membership;

/// <summary>The kinds of membership changes.</summary>
public enum MembershipEffectKind
{
    /// <summary>Nothing changed.</summary>
    None,

    /// <summary>A voter or learner joined: connect to it.</summary>
    Added,

    /// <summary>A learner got a vote.</summary>
    Promoted,

    /// <summary>A member left for good: disconnect, or stop when it is this member.</summary>
    Removed,

    /// <summary>The peer URLs changed: reconnect.</summary>
    Updated,
}
