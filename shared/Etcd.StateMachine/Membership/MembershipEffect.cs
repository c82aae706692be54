namespace Etcd.StateMachine.Membership;

/// <summary>What a committed membership change did, for the code that keeps connections to peers. Immutable.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="MemberId">Whom it happened to; 0 when nothing happened.</param>
public readonly record struct MembershipEffect(MembershipEffectKind Kind, ulong MemberId)
{
    /// <summary>Nothing happened.</summary>
    public static MembershipEffect None => default;
}
