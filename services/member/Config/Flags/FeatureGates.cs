using System.Collections.Frozen;

namespace Etcd.Member.Config.Flags;

/// <summary>etcd 3.6's feature gates: known names, defaults, and the syntax <c>A=true,B=false</c>.</summary>
internal static class FeatureGates
{
    /// <summary>Known gates with their defaults.</summary>
    public static IReadOnlyDictionary<string, bool> Defaults { get; } = new Dictionary<string, bool>(StringComparer.Ordinal)
    {
        ["AllAlpha"] = false,
        ["AllBeta"] = false,
        ["CompactHashCheck"] = false,
        ["InitialCorruptCheck"] = false,
        ["LeaseCheckpoint"] = false,
        ["LeaseCheckpointPersist"] = false,
        ["SetMemberLocalAddr"] = false,
        ["StopGRPCServiceOnDefrag"] = false,
        ["TxnModeWriteWithSharedBuffer"] = true,
        ["FastLeaseKeepAlive"] = true,
        ["PriorityRequest"] = false,
    };

    /// <summary>Gate of each switch that 3.5 has as a flag.</summary>
    public static FrozenDictionary<string, string> FlagOfGate { get; } = new Dictionary<string, string>
    {
        ["CompactHashCheck"] = "experimental-compact-hash-check-enabled",
        ["InitialCorruptCheck"] = "experimental-initial-corrupt-check",
        ["LeaseCheckpoint"] = "experimental-enable-lease-checkpoint",
        ["LeaseCheckpointPersist"] = "experimental-enable-lease-checkpoint-persist",
        ["StopGRPCServiceOnDefrag"] = "experimental-stop-grpc-service-on-defrag",
        ["TxnModeWriteWithSharedBuffer"] = "experimental-txn-mode-write-with-shared-buffer",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a list into <paramref name="gates"/>; null, or what is wrong.</summary>
    public static string? Parse(string text, IDictionary<string, bool> gates)
    {
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return $"missing bool value for feature gate {part.Trim()}";
            }

            var name = part[..equals].Trim();
            var value = part[(equals + 1)..].Trim();
            if (!FlagValue.TryParseBool(value, out var enabled))
            {
                return $"invalid value of {name}={value}, err: strconv.ParseBool: parsing \"{value}\": invalid syntax";
            }

            if (!Defaults.ContainsKey(name))
            {
                return $"unrecognized feature gate: {name}";
            }

            gates[name] = enabled;
        }

        return null;
    }
}
