using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Etcd.ServiceDefaults.CommandLine;

/// <summary>The values that a program was given. Immutable.</summary>
public sealed class FlagValues
{
    private readonly FlagSet _set;
    private readonly Dictionary<string, string> _given;
    private readonly IDictionary _environment;

    internal FlagValues(FlagSet set, Dictionary<string, string> given, IDictionary environment)
    {
        _set = set;
        _given = given;
        _environment = environment;
    }

    /// <summary>The level of "log-level".</summary>
    /// <exception cref="FormatException">It is none; the message is for the user.</exception>
    public LogLevel LogLevel => Text("log-level") switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        var text => throw new FormatException($"--log-level: \"{text}\" is none of trace, debug, info, warn, error"),
    };

    /// <summary>Whether "log-format" is JSON.</summary>
    /// <exception cref="FormatException">It is unknown; the message is for the user.</exception>
    public bool LogJson => Choice("log-format", "json", "console");

    /// <summary>The value given by flag or variable; null when neither is.</summary>
    public string? Given(string name) =>
        _given.TryGetValue(name, out var value) ? value
        : _environment[_set.VariableOf(name)] is string { Length: > 0 } variable ? variable
        : null;

    /// <summary>The value given on the command line; null when it is not.</summary>
    public string? OnCommandLine(string name) => _given.GetValueOrDefault(name);

    /// <summary>The value, or its default.</summary>
    public string Text(string name) => Given(name) ?? _set.Flags.Single(flag => flag.Name == name).Default;

    /// <summary>A value of two; true for the first.</summary>
    /// <exception cref="FormatException">It is neither; the message is for the user.</exception>
    public bool Choice(string name, string yes, string no)
    {
        var text = Text(name);
        return text == yes || (text == no
            ? false
            : throw new FormatException($"--{name}: \"{text}\" is neither \"{yes}\" nor \"{no}\""));
    }

    /// <summary>A duration such as 250ms, 5s or 1m: one positive whole number with a unit.</summary>
    /// <exception cref="FormatException">It is none; the message is for the user.</exception>
    public TimeSpan Duration(string name)
    {
        var text = Text(name);
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var millisecondsPerUnit = text[digits..] switch { "ms" => 1L, "s" => 1000L, "m" => 60_000L, _ => 0L };
        return millisecondsPerUnit > 0
            && int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? TimeSpan.FromMilliseconds(number * millisecondsPerUnit)
            : throw new FormatException($"--{name}: \"{text}\" is not a duration such as 250ms, 5s or 1m");
    }

    /// <summary>
    /// Where to listen: the value given, else the framework's own <c>ASPNETCORE_URLS</c>, by which app hosts hand out
    /// the addresses that they allocated, else the default. Gives the source's name too, for messages.
    /// </summary>
    public (string Addresses, string Source) Listen(string name) =>
        Given(name) is { } own ? (own, "--" + name)
        : _environment["ASPNETCORE_URLS"] is string { Length: > 0 } urls ? (urls, "ASPNETCORE_URLS")
        : (Text(name), "--" + name);
}
