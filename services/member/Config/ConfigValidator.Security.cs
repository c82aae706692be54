using Etcd.Member.Config.Flags;

namespace Etcd.Member.Config;

internal sealed partial class ConfigValidator
{
    private string? CheckTls()
    {
        var error = TlsVersion("tls-min-version", out var min) ?? TlsVersion("tls-max-version", out var max);
        if (error is not null)
        {
            return error;
        }

        TlsVersion("tls-max-version", out max);
        if (max != 0 && min > max)
        {
            return $"min version ({_settings.Text("tls-min-version")}) is greater than max version "
                + $"({_settings.Text("tls-max-version")})";
        }

        return min == 13 && _settings.TextList("cipher-suites").Count > 0
            ? "cipher suites cannot be configured when only TLS1.3 is enabled"
            : null;
    }

    private string? TlsVersion(string name, out int version)
    {
        var text = _settings.Text(name);
        version = text switch { "TLS1.2" => 12, "TLS1.3" => 13, _ => 0 };
        return version != 0 || text.Length == 0
            ? null
            : $"unexpected TLS version \"{text}\" (must be one of: TLS1.2, TLS1.3)";
    }

    private string? CheckTracing()
    {
        var rate = _settings.Int("distributed-tracing-sampling-rate");
        return _settings.Bool("enable-distributed-tracing") && rate is < 0 or > 1_000_000
            ? "distributed tracing configurition is not valid: "
                + $"(distributed tracing sampling rate must be between 0 and 1000000, got {rate})"
            : null;
    }

    /// <summary>Settings whose absence would leave the member less protected, or another one, than asked for.</summary>
    private string? CheckUnavailable()
    {
        foreach (var flag in FlagCatalog.All)
        {
            if (flag.Effect != FlagEffect.Refused || !_settings.IsGiven(flag.Name))
            {
                continue;
            }

            var off = flag.Kind == FlagKind.Bool
                ? !_settings.Bool(flag.Name)
                : _settings.Text(flag.Name).Length == 0;
            if (!off)
            {
                return $"--{flag.Name} asks for TLS, which this server does not offer; "
                    + "refusing to start without the protection";
            }
        }

        return CheckSecureUrls() ?? CheckRemoved();
    }

    private string? CheckSecureUrls()
    {
        string[] names = ["listen-peer-urls", "listen-client-urls", "listen-client-http-urls", "listen-metrics-urls"];
        foreach (var name in names)
        {
            var secure = _settings.Urls(name).FirstOrDefault(url => url.IsSecure);
            if (secure is not null)
            {
                return $"--{name} asks for TLS on {secure}, which this server does not offer; "
                    + "refusing to start without the protection";
            }
        }

        return null;
    }

    private string? CheckRemoved()
    {
        if (_settings.Bool("enable-v2") || _settings.Text("experimental-enable-v2v3").Length > 0)
        {
            return "--enable-v2 asks for version 2 of the client API, which this server does not offer";
        }

        if (_settings.Text("proxy") != "off")
        {
            return "--proxy asks for the version 2 proxy, which this server does not offer";
        }

        string[] discovery = ["discovery", "discovery-token", "discovery-srv"];
        var asked = Array.Find(discovery, name => _settings.Text(name).Length > 0);
        return asked is null
            ? null
            : $"--{asked} asks for a way of discovery that this server does not offer; use --initial-cluster";
    }
}
