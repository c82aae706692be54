using System.Collections.Frozen;
using System.Globalization;
using Etcd.Member.Config.Flags;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Etcd.Member.Config;

/// <summary>
/// Reads a configuration file: YAML whose keys are flag names, with nested sections for certificates and
/// sockets. Unknown keys are passed over; durations are whole nanoseconds (<c>embed.ConfigFromFile</c>).
/// </summary>
internal static class YamlConfigReader
{
    /// <summary>Flags that the file holds as a YAML list, not as a comma text.</summary>
    private static readonly FrozenSet<string> ListKeys =
        new[] { "log-outputs", "cipher-suites" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Sections =
        new Dictionary<string, FrozenDictionary<string, string>>
        {
            ["client-transport-security"] = SecurityKeys("", "client-"),
            ["peer-transport-security"] = SecurityKeys("peer-", "peer-"),
            ["socket-options"] = new Dictionary<string, string>
            {
                ["reuse-port"] = "socket-reuse-port",
                ["reuse-address"] = "socket-reuse-address",
            }.ToFrozenDictionary(StringComparer.Ordinal),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a file's text into <paramref name="settings"/>.</summary>
    public static YamlReadResult Read(string text, FlagSettings settings)
    {
        YamlMappingNode? root;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0)
            {
                return YamlReadResult.Success;
            }

            root = stream.Documents[0].RootNode as YamlMappingNode;
        }
        catch (YamlException e)
        {
            return new YamlReadResult(
                $"error converting YAML to JSON: yaml: line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}",
                null);
        }

        if (root is null)
        {
            return new YamlReadResult(Mismatch("string", "configYAML", ""), null);
        }

        foreach (var (keyNode, value) in root.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            var failure = Sections.TryGetValue(key, out var section)
                ? ReadSection(key, section, value, settings)
                : ReadKey(key, value, settings);
            if (failure is not null)
            {
                return failure;
            }
        }

        return YamlReadResult.Success;
    }

    private static YamlReadResult? ReadSection(
        string key, FrozenDictionary<string, string> names, YamlNode node, FlagSettings settings)
    {
        if (node is not YamlMappingNode mapping)
        {
            return node is YamlScalarNode { Value: "" or null or "null" or "~" }
                ? null
                : new YamlReadResult(Mismatch("string", "configYAML.configJSON", key), null);
        }

        foreach (var (keyNode, value) in mapping.Children)
        {
            var inner = (keyNode as YamlScalarNode)?.Value ?? "";
            if (names.TryGetValue(inner, out var flag)
                && SetValue(FlagCatalog.ByName[flag], $"{key}.{inner}", value, settings) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private static YamlReadResult? ReadKey(string key, YamlNode node, FlagSettings settings)
    {
        // Flat certificate flags mean nothing in a file: their settings live in the sections.
        return FlagCatalog.ByName.TryGetValue(key, out var flag)
            && flag.Effect != FlagEffect.Refused
            && flag.Kind != FlagKind.Ignored
            && flag.Name is not ("config-file" or "version")
            ? SetValue(flag, key, node, settings)
            : null;
    }

    private static YamlReadResult? SetValue(FlagDefinition flag, string key, YamlNode node, FlagSettings settings)
    {
        if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or null or "null" or "~" })
        {
            return null;
        }

        var error = TextOf(flag, key, node, out var text);
        if (error is not null)
        {
            return new YamlReadResult(error, null);
        }

        if (text.Length == 0 && flag.Kind is not (FlagKind.Text or FlagKind.TextList))
        {
            return null;
        }

        var bad = settings.Set(flag, text);
        return bad is null
            ? null
            : flag.Kind is FlagKind.Urls or FlagKind.UrlsOrStar
                ? new YamlReadResult(null, $"unexpected error setting up {flag.Name}: {bad}")
                : flag.Name == "initial-cluster-state"
                    ? new YamlReadResult($"unexpected clusterState \"{text}\"", null)
                    : new YamlReadResult(bad, null);
    }

    private static string? TextOf(FlagDefinition flag, string key, YamlNode node, out string text)
    {
        text = "";
        var wanted = GoType(flag);
        if (node is YamlSequenceNode list)
        {
            if (!ListKeys.Contains(flag.Name) && !key.Contains(".allowed-", StringComparison.Ordinal))
            {
                return Mismatch("array", "configYAML.Config", key, wanted);
            }

            text = string.Join(',', list.Children.OfType<YamlScalarNode>().Select(item => item.Value));
            return null;
        }

        if (node is not YamlScalarNode scalar)
        {
            return Mismatch("object", "configYAML.Config", key, wanted);
        }

        text = scalar.Value ?? "";
        var found = JsonType(scalar);
        switch (wanted)
        {
            case "string" when found != "string":
            case "bool" when found != "bool":
                return Mismatch(found, "configYAML.Config", key, wanted);
            case "time.Duration" or "uint" or "int64" or "uint32" when found != "number":
                return Mismatch(found, "configYAML.Config", key, wanted);
            case "time.Duration" or "uint" or "int64" or "uint32" when !IsWhole(text):
                return Mismatch($"number {text}", "configYAML.Config", key, wanted);
            case "time.Duration":
                text += "ns";
                return null;
            case "bool":
                text = text.ToLowerInvariant() is "true" or "yes" or "on" ? "true" : "false";
                return null;
            default:
                return null;
        }
    }

    private static bool IsWhole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
        || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string JsonType(YamlScalarNode scalar)
    {
        if (scalar.Style != ScalarStyle.Plain)
        {
            return "string";
        }

        var text = scalar.Value ?? "";
        if (text.ToLowerInvariant() is "true" or "false" or "yes" or "no" or "on" or "off")
        {
            return "bool";
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "number" : "string";
    }

    private static string GoType(FlagDefinition flag) => flag.Kind switch
    {
        FlagKind.Bool => "bool",
        FlagKind.UInt => "uint",
        FlagKind.UInt32 => "uint32",
        FlagKind.Int => "int64",
        FlagKind.Duration => "time.Duration",
        _ => "string",
    };

    private static string Mismatch(string found, string owner, string key, string wanted = "embed.configYAML") =>
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
            + $"{found} into Go struct field {owner}{(key.Length > 0 ? "." : "")}{key} of type {wanted}";

    private static FrozenDictionary<string, string> SecurityKeys(string prefix, string allowedPrefix) =>
        new Dictionary<string, string>
        {
            ["cert-file"] = prefix + "cert-file",
            ["key-file"] = prefix + "key-file",
            ["client-cert-file"] = prefix + "client-cert-file",
            ["client-key-file"] = prefix + "client-key-file",
            ["client-cert-auth"] = prefix + "client-cert-auth",
            ["trusted-ca-file"] = prefix + "trusted-ca-file",
            ["auto-tls"] = prefix + "auto-tls",
            ["allowed-hostname"] = allowedPrefix + "cert-allowed-hostname",
            ["allowed-cn"] = "peer-cert-allowed-cn",
            ["skip-client-san-verification"] = "peer-skip-client-san-verification",
        }.ToFrozenDictionary(StringComparer.Ordinal);
}
