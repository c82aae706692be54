using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Etcd.StateMachine.Membership;

/// <summary>
/// The ids that every member computes for itself and must agree on with etcd
/// (<c>membership/member.go: computeMemberId</c>, <c>cluster.go: genID</c>). Thread-safe.
/// </summary>
public static class ClusterIds
{
    /// <summary>Id of a member that the initial configuration names.</summary>
    /// <param name="peerUrls">Its peer URLs, in any order.</param>
    /// <param name="clusterToken">The <c>--initial-cluster-token</c>.</param>
    public static ulong MemberId(IReadOnlyList<string> peerUrls, string clusterToken) =>
        HashOf(peerUrls, clusterToken, suffix: string.Empty);

    /// <summary>
    /// Id of a member that is added to a running cluster. The time keeps a member that is removed and added again
    /// with the same URLs from getting its old id; etcd uses no token here.
    /// </summary>
    /// <param name="peerUrls">Its peer URLs, in any order.</param>
    /// <param name="unixSeconds">The proposer's wall clock.</param>
    public static ulong AddedMemberId(IReadOnlyList<string> peerUrls, long unixSeconds) =>
        HashOf(peerUrls, clusterToken: string.Empty, unixSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>Id of a cluster, computed once from the members it starts with.</summary>
    /// <param name="memberIds">Ids of the initial members, in any order.</param>
    public static ulong ClusterId(IReadOnlyList<ulong> memberIds)
    {
        ulong[] sorted = [.. memberIds];
        Array.Sort(sorted);
        byte[] bytes = new byte[sorted.Length * sizeof(ulong)];
        for (int index = 0; index < sorted.Length; index++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(index * sizeof(ulong)), sorted[index]);
        }

        return FirstEightBytes(bytes);
    }

    /// <summary>An id as etcd prints it and keys its buckets: lower-case hexadecimal without padding.</summary>
    public static string ToHex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Reads 1 to 16 hexadecimal digits of either case.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out ulong id)
    {
        id = 0;
        return text.Length is >= 1 and <= 16
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }

    private static ulong HashOf(IReadOnlyList<string> peerUrls, string clusterToken, string suffix)
    {
        string[] sorted = [.. peerUrls];
        Array.Sort(sorted, StringComparer.Ordinal);
        return FirstEightBytes(Encoding.UTF8.GetBytes(string.Concat(sorted) + clusterToken + suffix));
    }

    private static ulong FirstEightBytes(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];

        // An identifier that etcd defines so, not a protection.
#pragma warning disable CA5350
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
