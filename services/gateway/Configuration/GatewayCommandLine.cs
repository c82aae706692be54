using System.Collections;
using System.Globalization;
using System.Text;
using Etcd.ServiceDefaults.Discovery;
using Microsoft.Extensions.Logging;

namespace Etcd.Gateway.Configuration;

/// <summary>Reads the gateway's options: a flag wins over its environment variable, which wins over the default.</summary>
internal static class GatewayCommandLine
{
    private const string EndpointsVariable = "ETCD_GATEWAY_ENDPOINTS";
    private const string DefaultListen = "http://127.0.0.1:2379";

    private static readonly Flag[] Flags =
    [
        new("listen", "URLS", "addresses to serve, plaintext", DefaultListen),
        new("endpoints", "URLS", "client URLs of the members", "services__<member>__client__<n> variables"),
        new("leader-wait", "DURATION", "how long an unsent request waits for a leader", "5s"),
        new("poll-interval", "DURATION", "time between two looks at a member", "250ms"),
        new("watch-routing", "spread|leader", "who serves watches", "spread"),
        new("discovery", "true|false", "use members that only the cluster names", "true"),
        new("log-level", "LEVEL", "trace, debug, info, warn, error", "info"),
        new("log-format", "console|json", "form of the log lines", "console"),
    ];

    /// <summary>The text of --help.</summary>
    public static string Help
    {
        get
        {
            var text = new StringBuilder()
                .AppendLine("Usage: etcd-gateway [flags]")
                .AppendLine()
                .AppendLine("One address for a cluster: gRPC and HTTP/1.1 on one plaintext port.")
                .AppendLine();
            foreach (var flag in Flags)
            {
                text.Append(CultureInfo.InvariantCulture, $"  --{flag.Name + " " + flag.Value,-30} {flag.Description}")
                    .AppendLine(CultureInfo.InvariantCulture, $" [{flag.Variable}] (default: {flag.Default})");
            }

            return text
                .AppendLine(CultureInfo.InvariantCulture, $"  --{"help",-30} print this and exit")
                .ToString();
        }
    }

    /// <summary>Whether help is asked for.</summary>
    public static bool AsksForHelp(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h");

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Something is wrong; the message says what, for the user.</exception>
    public static GatewayOptions Parse(string[] arguments, IDictionary environment)
    {
        var given = ReadFlags(arguments);
        var (listen, listenSource) = Listen(given, environment);
        return new GatewayOptions
        {
            Listen = ListenAddress.ParseList(listen, listenSource),
            Members = MemberEndpoints.Resolve(given.GetValueOrDefault("endpoints"), EndpointsVariable, environment),
            LeaderWait = Duration("leader-wait"),
            PollInterval = Duration("poll-interval"),
            SpreadWatches = Choice("watch-routing", "spread", "leader"),
            DiscoverMembers = Choice("discovery", "true", "false"),
            LogLevel = Level(Text("log-level")),
            LogJson = Choice("log-format", "json", "console"),
        };

        string Text(string name) => Find(name, given, environment) ?? Flags.Single(flag => flag.Name == name).Default;

        TimeSpan Duration(string name) => ParseDuration(Text(name), "--" + name);

        bool Choice(string name, string yes, string no)
        {
            var text = Text(name);
            return text == yes || (text == no
                ? false
                : throw new FormatException($"--{name}: \"{text}\" is neither \"{yes}\" nor \"{no}\""));
        }
    }

    /// <summary>Reads "250ms", "5s", "1m": one positive whole number with a unit.</summary>
    internal static TimeSpan ParseDuration(string text, string source)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var millisecondsPerUnit = text[digits..] switch { "ms" => 1L, "s" => 1000L, "m" => 60_000L, _ => 0L };
        return millisecondsPerUnit > 0
            && int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? TimeSpan.FromMilliseconds(number * millisecondsPerUnit)
            : throw new FormatException($"{source}: \"{text}\" is not a duration such as 250ms, 5s or 1m");
    }

    private static (string Value, string Source) Listen(Dictionary<string, string> given, IDictionary environment)
    {
        if (Find("listen", given, environment) is { } own)
        {
            return (own, "--listen");
        }

        // An app host hands a project the addresses it allocated by the framework's own variable.
        return environment["ASPNETCORE_URLS"] is string { Length: > 0 } urls
            ? (urls, "ASPNETCORE_URLS")
            : (DefaultListen, "--listen");
    }

    private static string? Find(string name, Dictionary<string, string> given, IDictionary environment) =>
        given.TryGetValue(name, out var value)
            ? value
            : environment[new Flag(name, "", "", "").Variable] is string { Length: > 0 } variable ? variable : null;

    private static Dictionary<string, string> ReadFlags(string[] arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            if (!name.StartsWith("--", StringComparison.Ordinal) || !Flags.Any(flag => "--" + flag.Name == name))
            {
                throw new FormatException($"unknown flag \"{argument}\"; --help lists them");
            }

            if (equals < 0 && i + 1 == arguments.Length)
            {
                throw new FormatException($"{name} needs a value");
            }

            given[name[2..]] = equals < 0 ? arguments[++i] : argument[(equals + 1)..];
        }

        return given;
    }

    private static LogLevel Level(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw new FormatException($"--log-level: \"{text}\" is none of trace, debug, info, warn, error"),
    };

    private sealed record Flag(string Name, string Value, string Description, string Default)
    {
        public string Variable =>
            "ETCD_GATEWAY_" + Name.Replace('-', '_').ToUpperInvariant();
    }
}
