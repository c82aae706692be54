using static Etcd.Member.Config.Flags.FlagKind;

namespace Etcd.Member.Config.Flags;

internal static partial class FlagCatalog
{
    private static IEnumerable<FlagDefinition> Security() =>
    [
        Tls("cert-file", Text, "", "Certificate shown to clients."),
        Tls("key-file", Text, "", "Key of the certificate shown to clients."),
        Tls("client-cert-auth", Bool, "false", "Demand and check client certificates."),
        Tls("client-cert-file", Text, "", "Certificate with which the member calls itself."),
        Tls("client-key-file", Text, "", "Key with which the member calls itself."),
        Tls("client-crl-file", Text, "", "Revoked client certificates."),
        Tls("client-cert-allowed-hostname", TextList, "", "Names of which a client certificate must hold one."),
        Tls("trusted-ca-file", Text, "", "Authorities that vouch for clients; makes client certificates mandatory."),
        Tls("auto-tls", Bool, "false", "Serve clients with a generated certificate."),
        Tls("peer-cert-file", Text, "", "Certificate shown to other members."),
        Tls("peer-key-file", Text, "", "Key of the certificate shown to other members."),
        Tls("peer-client-cert-auth", Bool, "false", "Demand and check certificates of other members."),
        Tls("peer-trusted-ca-file", Text, "", "Authorities that vouch for other members."),
        Tls("peer-cert-allowed-cn", TextList, "", "Common names of which a member's certificate must hold one."),
        Tls("peer-cert-allowed-hostname", TextList, "", "Names of which a member's certificate must hold one."),
        Tls("peer-auto-tls", Bool, "false", "Serve other members with a generated certificate."),
        Tls("peer-client-cert-file", Text, "", "Certificate with which other members are called."),
        Tls("peer-client-key-file", Text, "", "Key with which other members are called."),
        Tls("peer-crl-file", Text, "", "Revoked certificates of members."),
        new("self-signed-cert-validity", UInt, "1", FlagGroup.Security, "Years that a generated certificate is valid.")
            { Effect = FlagEffect.None },
        new("cipher-suites", TextList, "", FlagGroup.Security, "Allowed TLS cipher suites.")
            { Effect = FlagEffect.None },
        .. Renamed("peer-skip-client-san-verification", Bool, "false", FlagGroup.Security,
            "Do not compare a member's address with its certificate.", FlagEffect.None),
        new("tls-min-version", Text, "TLS1.2", FlagGroup.Security, "Oldest TLS version: TLS1.2 or TLS1.3.")
            { Effect = FlagEffect.None },
        new("tls-max-version", Text, "", FlagGroup.Security, "Newest TLS version: TLS1.2 or TLS1.3.")
            { Effect = FlagEffect.None },
        new("cors", UrlsOrStar, "*", FlagGroup.Security, "Origins that browsers may call from; * allows all."),
        new("host-whitelist", TextList, "*", FlagGroup.Security,
            "Host names that HTTP clients may use on plaintext listeners; * allows all."),
    ];

    private static IEnumerable<FlagDefinition> Auth() =>
    [
        new("auth-token", Text, "simple", FlagGroup.Auth,
            "Kind of authentication token with its options: simple or jwt.")
            { Effect = FlagEffect.None },
        new("bcrypt-cost", UInt, "10", FlagGroup.Auth, "Cost of password hashes, 4 to 31.")
            { Effect = FlagEffect.None },
        new("auth-token-ttl", UInt, "300", FlagGroup.Auth, "Seconds after which an unused token ends.")
            { Effect = FlagEffect.None },
    ];

    private static FlagDefinition Tls(string name, FlagKind kind, string value, string text) =>
        new(name, kind, value, FlagGroup.Security, text) { Effect = FlagEffect.Refused };
}
