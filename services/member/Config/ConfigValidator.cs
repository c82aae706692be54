using Etcd.Member.Config.Flags;
using Etcd.Member.Config.Values;

namespace Etcd.Member.Config;

/// <summary>
/// Checks the settings against each other, in etcd's order and with its texts
/// (<c>embed.Config.Validate</c> and the checks around it).
/// </summary>
internal sealed partial class ConfigValidator
{
    /// <summary>Text of a client listener without an advertised URL, which etcd logs twice.</summary>
    public const string AdvertiseClientUrlsUnset =
        "--advertise-client-urls is required when --listen-client-urls is set explicitly";

    private const ulong MaxElectionMilliseconds = 50_000;
    private static readonly TimeSpan MinRaftTimeout = TimeSpan.FromSeconds(5);

    private readonly FlagSettings _settings;
    private readonly List<EarlyLogLine> _lines;
    private readonly bool _enforceAdvertise;

    /// <summary>Creates a validator that adds its warnings to <paramref name="lines"/>.</summary>
    /// <param name="settings">What to check; raft timeouts below their least value are raised in it.</param>
    /// <param name="lines">Log lines.</param>
    /// <param name="enforceAdvertise">Client listeners need advertised URLs; not so with a configuration file.</param>
    public ConfigValidator(FlagSettings settings, List<EarlyLogLine> lines, bool enforceAdvertise)
    {
        _settings = settings;
        _lines = lines;
        _enforceAdvertise = enforceAdvertise;
    }

    /// <summary>Null when everything is in order, else the error.</summary>
    public string? Check()
    {
        if (_enforceAdvertise)
        {
            RaiseRaftTimeout("raft-read-timeout");
            RaiseRaftTimeout("raft-write-timeout");
        }

        return CheckRenamed()
            ?? CheckListeners()
            ?? CheckAdvertised()
            ?? CheckBootstrap()
            ?? CheckTimeouts()
            ?? CheckClientUrls()
            ?? CheckCompaction()
            ?? CheckFeatures()
            ?? CheckTls()
            ?? CheckTracing()
            ?? CheckUnavailable();
    }

    private void RaiseRaftTimeout(string name)
    {
        if (_settings.Duration(name) >= MinRaftTimeout)
        {
            return;
        }

        _settings.Override(name, "5s");
        _lines.Add(EarlyLogLine.Of("info", "etcdmain/config.go:424", $"{name} increased to minimum value: 5s"));
    }

    private string? CheckRenamed()
    {
        foreach (var flag in FlagCatalog.All)
        {
            if (flag.RenamedTo is { } successor && _settings.IsGiven(flag.Name) && _settings.IsGiven(successor))
            {
                return $"cannot set --{flag.Name} and --{successor} at the same time, please use --{successor} only";
            }
        }

        var gates = new Dictionary<string, bool>(StringComparer.Ordinal);
        FeatureGates.Parse(_settings.Text("feature-gates"), gates);
        foreach (var (gate, enabled) in gates)
        {
            if (FeatureGates.FlagOfGate.TryGetValue(gate, out var flag) && _settings.IsGiven(flag))
            {
                var value = enabled ? "true" : "false";
                var other = _settings.Bool(flag) ? "true" : "false";
                return $"cannot specify both flags: --{flag}={other} and --feature-gates={gate}={value} at the same "
                    + $"time, please just use --feature-gates={gate}={value}";
            }
        }

        return null;
    }

    private string? CheckListeners()
    {
        var error = CheckBindable("listen-peer-urls")
            ?? CheckBindable("listen-client-urls")
            ?? CheckBindable("listen-client-http-urls");
        if (error is not null)
        {
            return error;
        }

        if (_settings.Urls("listen-client-http-urls").Count == 0)
        {
            _lines.Add(EarlyLogLine.Of(
                "warn",
                "embed/config.go:689",
                "Running http and grpc server on single port. This is not recommended for production."));
        }

        return CheckBindable("listen-metrics-urls");
    }

    private string? CheckBindable(string name)
    {
        var unbindable = _settings.Urls(name).FirstOrDefault(url => !url.IsBindable);
        return unbindable is null ? null : $"expected IP in URL for binding ({unbindable})";
    }

    private string? CheckAdvertised() =>
        CheckHosts("initial-advertise-peer-urls") ?? CheckHosts("advertise-client-urls");

    private string? CheckHosts(string name)
    {
        var urls = _settings.Urls(name);
        foreach (var url in urls)
        {
            var reason = HostPort.TrySplit(url.Host, out var host, out _, out var error)
                ? host.Length > 0 ? null : $"unexpected empty host ({url})"
                : error;
            if (reason is not null)
            {
                return $"--{name} \"{EtcdUrls.Join(urls)}\" must be \"host:port\" ({reason})";
            }
        }

        return null;
    }

    private string? CheckBootstrap()
    {
        var discovery = _settings.Text("discovery").Length > 0;
        var srv = _settings.Text("discovery-srv").Length > 0;
        var given = _settings.Text("initial-cluster").Length > 0 || !(discovery || srv);
        var methods = (discovery ? 1 : 0) + (srv ? 1 : 0) + (given ? 1 : 0);
        return methods > 1
            ? "multiple discovery or bootstrap flags are set. "
                + "Choose one of \"initial-cluster\", \"discovery\" or \"discovery-srv\""
            : null;
    }

    private string? CheckTimeouts()
    {
        var heartbeat = _settings.UInt("heartbeat-interval");
        var election = _settings.UInt("election-timeout");
        return (heartbeat, election) switch
        {
            (0, _) => "--heartbeat-interval must be >0 (set to 0ms)",
            (_, 0) => "--election-timeout must be >0 (set to 0ms)",
            _ when heartbeat > election / 5 =>
                $"--election-timeout[{election}ms] should be at least as 5 times as "
                    + $"--heartbeat-interval[{heartbeat}ms]",
            _ when election > MaxElectionMilliseconds =>
                $"--election-timeout[{election}ms] is too long, and should be set less than "
                    + $"{MaxElectionMilliseconds}ms",
            _ => null,
        };
    }

    private string? CheckClientUrls() =>
        _enforceAdvertise && _settings.IsSet("listen-client-urls") && !_settings.IsSet("advertise-client-urls")
            ? AdvertiseClientUrlsUnset
            : null;

    private string? CheckCompaction()
    {
        var mode = _settings.Text("auto-compaction-mode");
        return mode is "" or "periodic" or "revision" ? null : $"unknown auto-compaction-mode \"{mode}\"";
    }

    private string? CheckFeatures()
    {
        var checkpoint = _settings.Switch("LeaseCheckpoint");
        var persist = _settings.Switch("LeaseCheckpointPersist");
        if (checkpoint && !persist)
        {
            _lines.Add(EarlyLogLine.Of(
                "warn",
                "embed/config.go:759",
                "Detected that checkpointing is enabled without persistence. "
                    + "Consider enabling experimental-enable-lease-checkpoint-persist"));
        }

        if (persist && !checkpoint)
        {
            return "setting experimental-enable-lease-checkpoint-persist requires "
                + "experimental-enable-lease-checkpoint";
        }

        var interval = _settings.Duration("compact-hash-check-time");
        return interval <= TimeSpan.Zero
            ? $"--experimental-compact-hash-check-time must be >0 (set to {GoDuration.Format(interval)})"
            : null;
    }
}
