using static Etcd.Member.Config.Flags.FlagKind;

namespace Etcd.Member.Config.Flags;

internal static partial class FlagCatalog
{
    /// <summary>Default of <c>--log-rotation-config-json</c>; sizes in MB, ages in days, 0 is no limit.</summary>
    public const string DefaultLogRotation =
        """{"maxsize": 100, "maxage": 0, "maxbackups": 0, "localtime": false, "compress": false}""";

    private static IEnumerable<FlagDefinition> Monitoring() =>
    [
        new("enable-pprof", Bool, "false", FlagGroup.Monitoring, "Serve profiles under /debug/pprof/."),
        new("metrics", Text, "basic", FlagGroup.Monitoring, "basic, or extensive for request duration histograms too."),
        new("listen-metrics-urls", Urls, "", FlagGroup.Monitoring, "Further URLs for metrics and health only."),
        .. Renamed("warning-unary-request-duration", Duration, "300ms", FlagGroup.Monitoring,
            "Duration above which a request is logged."),
        .. Renamed("warning-apply-duration", Duration, "100ms", FlagGroup.Monitoring,
            "Duration above which applying a request is logged.", FlagEffect.None),
    ];

    private static IEnumerable<FlagDefinition> Logging() =>
    [
        new("logger", Text, "zap", FlagGroup.Logging, "Structured logging; zap is the only kind."),
        new("log-outputs", TextList, "default", FlagGroup.Logging,
            "default, stdout, stderr or file names, comma separated."),
        new("log-level", Text, "info", FlagGroup.Logging, "debug, info, warn, error, panic or fatal."),
        new("log-format", Text, "json", FlagGroup.Logging, "json or console."),
        new("enable-log-rotation", Bool, "false", FlagGroup.Logging, "Rotate the log file; needs exactly one."),
        new("log-rotation-config-json", Text, DefaultLogRotation, FlagGroup.Logging,
            "Limits of log rotation: maxsize (MB), maxage (days), maxbackups, localtime, compress."),
    ];

    private static IEnumerable<FlagDefinition> Tracing() =>
    [
        .. Renamed("enable-distributed-tracing", Bool, "false", FlagGroup.Tracing, "Send traces to a collector."),
        .. Renamed("distributed-tracing-address", Text, "localhost:4317", FlagGroup.Tracing,
            "Address of the collector."),
        .. Renamed("distributed-tracing-service-name", Text, "etcd", FlagGroup.Tracing,
            "Service name in traces; the same on every member."),
        .. Renamed("distributed-tracing-instance-id", Text, "", FlagGroup.Tracing,
            "Instance id in traces; different on every member."),
        .. Renamed("distributed-tracing-sampling-rate", Int, "0", FlagGroup.Tracing, "Samples per million requests."),
    ];

    private static IEnumerable<FlagDefinition> Proxy() =>
    [
        new("proxy", Choice, "off", FlagGroup.Proxy, "Version 2 proxy; only off is available.")
            { Choices = ["off", "readonly", "on"] },
        Old("proxy-failure-wait", "5000", "Milliseconds that a failed endpoint is left alone."),
        Old("proxy-refresh-interval", "30000", "Milliseconds between refreshes of the endpoints."),
        Old("proxy-dial-timeout", "1000", "Milliseconds to connect."),
        Old("proxy-write-timeout", "5000", "Milliseconds for a write."),
        Old("proxy-read-timeout", "0", "Milliseconds for a read."),
    ];

    private static FlagDefinition Old(string name, string value, string text) =>
        new(name, UInt, value, FlagGroup.Proxy, text) { Effect = FlagEffect.None };
}
