using System.Collections;
using System.Globalization;
using System.Text;

namespace Etcd.ServiceDefaults.CommandLine;

/// <summary>
/// The flags of a program: <c>--name value</c> or <c>--name=value</c>; a flag wins over its environment variable, which
/// wins over the default. Immutable.
/// </summary>
public sealed class FlagSet
{
    private readonly string _program;
    private readonly string _summary;
    private readonly string _variablePrefix;

    /// <summary>Describes a program.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="summary">What it is, in a sentence.</param>
    /// <param name="variablePrefix">What its environment variables begin with, such as "ETCD_GATEWAY_".</param>
    /// <param name="flags">Its own flags; those of logging are added.</param>
    public FlagSet(string program, string summary, string variablePrefix, params IReadOnlyList<Flag> flags)
    {
        _program = program;
        _summary = summary;
        _variablePrefix = variablePrefix;
        Flags =
        [
            .. flags,
            new Flag("log-level", "LEVEL", "trace, debug, info, warn or error", "info"),
            new Flag("log-format", "console|json", "form of the log lines", "console"),
        ];
    }

    /// <summary>All flags, in the order of the help.</summary>
    public IReadOnlyList<Flag> Flags { get; }

    /// <summary>The text of --help.</summary>
    public string Help
    {
        get
        {
            var text = new StringBuilder()
                .AppendLine(CultureInfo.InvariantCulture, $"Usage: {_program} [flags]")
                .AppendLine()
                .AppendLine(_summary)
                .AppendLine();
            foreach (var flag in Flags)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {"--" + flag.Name + " " + flag.Value,-32}")
                    .AppendLine(flag.Description)
                    .Append(' ', 34)
                    .AppendLine(CultureInfo.InvariantCulture, $"[{VariableOf(flag.Name)}] default: {flag.Default}");
            }

            return text.AppendLine(CultureInfo.InvariantCulture, $"  {"--help",-32}print this and exit").ToString();
        }
    }

    /// <summary>Whether help is asked for.</summary>
    public static bool AsksForHelp(IReadOnlyList<string> arguments) =>
        arguments.Any(argument => argument is "--help" or "-h");

    /// <summary>Name of the environment variable of a flag.</summary>
    public string VariableOf(string name) => _variablePrefix + name.Replace('-', '_').ToUpperInvariant();

    /// <summary>Reads the flags.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">The environment: names and values as text.</param>
    /// <exception cref="FormatException">A flag is unknown or lacks its value; the message is for the user.</exception>
    public FlagValues Parse(IReadOnlyList<string> arguments, IDictionary environment)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            if (!Flags.Any(flag => "--" + flag.Name == name))
            {
                throw new FormatException($"unknown flag \"{argument}\"; --help lists them");
            }

            if (equals < 0 && i + 1 == arguments.Count)
            {
                throw new FormatException($"{name} needs a value");
            }

            given[name[2..]] = equals < 0 ? arguments[++i] : argument[(equals + 1)..];
        }

        return new FlagValues(this, given, environment);
    }
}
