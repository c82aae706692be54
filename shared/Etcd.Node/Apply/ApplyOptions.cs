using Etcd.StateMachine.Leases;

namespace Etcd.Node.Apply;

/// <summary>Settings of an <see cref="ApplyCore"/>.</summary>
public sealed record ApplyOptions
{
    /// <summary>This member.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>Added to every lease when this member becomes leader, milliseconds: the election timeout.</summary>
    public long LeaseExtensionMilliseconds { get; init; } = 1_000;

    /// <summary>Timing of leases.</summary>
    public LessorOptions Lessor { get; init; } = new();

    /// <summary>Keys that one step of a physical compaction visits, from 1.</summary>
    public int CompactionBatchLimit { get; init; } = 1_000;

    /// <summary>The settings that follow from a member's options.</summary>
    public static ApplyOptions Of(MemberNodeOptions member, ulong memberId)
    {
        ArgumentNullException.ThrowIfNull(member);
        return new ApplyOptions
        {
            MemberId = memberId,
            LeaseExtensionMilliseconds = member.ElectionMilliseconds,
            Lessor = member.Lessor,
            CompactionBatchLimit = member.CompactionBatchLimit,
        };
    }
}
