using Etcd.Protocol.Wire;

namespace Etcd.Node.Diagnostics;

/// <summary>
/// The name by which etcd labels an applied request, read from the field numbers of the encoded
/// <c>InternalRaftRequest</c> without decoding it (etcd <c>apply.go</c>). Pure.
/// </summary>
internal static class RequestNames
{
    /// <summary>The name of what is no request that this release knows.</summary>
    public const string Unknown = "unknown";

    private const string Put = "Put";
    private const int Header = 100;

    /// <summary>True for a request to the old store, and the operation's name; <see cref="Unknown"/> when there is
    /// none.</summary>
    public static (bool IsV2, string Name) Of(ReadOnlySpan<byte> data)
    {
        ProtoReader reader = new(data);
        while (!reader.IsAtEnd && reader.TryReadTag(out int field, out WireType type))
        {
            if (field is 1 or Header)
            {
                if (!reader.TrySkip(type))
                {
                    break;
                }

                continue;
            }

            // A bare v2 request has its method, a string, where InternalRaftRequest has the v2 request itself.
            return field == 2 ? (true, "PUT") : (false, NameOf(field));
        }

        return (false, Unknown);
    }

    /// <summary>True for a put, whose work is bounded by its size.</summary>
    public static bool IsPut(ReadOnlySpan<byte> data) => Of(data) is (false, Put);

    private static string NameOf(int field) => field switch
    {
        3 => "Range",
        4 => Put,
        5 => "DeleteRange",
        6 => "Txn",
        7 => "Compaction",
        8 => "LeaseGrant",
        9 => "LeaseRevoke",
        10 => "Alarm",
        11 => "LeaseCheckpoint",
        1000 => "AuthEnable",
        1011 => "AuthDisable",
        1012 => "Authenticate",
        1013 => "AuthStatus",
        1100 => "AuthUserAdd",
        1101 => "AuthUserDelete",
        1102 => "AuthUserGet",
        1103 => "AuthUserChangePassword",
        1104 => "AuthUserGrantRole",
        1105 => "AuthUserRevokeRole",
        1106 => "AuthUserList",
        1107 => "AuthRoleList",
        1200 => "AuthRoleAdd",
        1201 => "AuthRoleDelete",
        1202 => "AuthRoleGet",
        1203 => "AuthRoleGrantPermission",
        1204 => "AuthRoleRevokePermission",
        1300 => "ClusterVersionSet",
        1301 => "ClusterMemberAttrSet",
        1302 => "DowngradeInfoSet",
        _ => Unknown,
    };
}
