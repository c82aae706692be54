namespace Etcd.Member.Config.Flags;

/// <summary>
/// Go's command-line syntax: one or two dashes, <c>--name=value</c> or <c>--name value</c>, booleans only as
/// <c>--name</c> or <c>--name=value</c>; parsing stops at the first other word or after <c>--</c>.
/// </summary>
internal static class FlagParser
{
    /// <summary>Reads the arguments into <paramref name="settings"/>.</summary>
    public static FlagParseResult Parse(IReadOnlyList<string> arguments, FlagSettings settings)
    {
        var next = 0;
        while (next < arguments.Count)
        {
            var argument = arguments[next];
            if (argument.Length < 2 || argument[0] != '-')
            {
                break;
            }

            next++;
            if (argument == "--")
            {
                break;
            }

            var word = argument[(argument[1] == '-' ? 2 : 1)..];
            if (word.Length == 0 || word[0] is '-' or '=')
            {
                return FlagParseResult.Failed($"bad flag syntax: {argument}");
            }

            var failure = ParseOne(word, arguments, ref next, settings);
            if (failure is not null)
            {
                return failure;
            }
        }

        return next < arguments.Count
            ? FlagParseResult.Stray(arguments[next])
            : FlagParseResult.Success;
    }

    private static FlagParseResult? ParseOne(
        string word, IReadOnlyList<string> arguments, ref int next, FlagSettings settings)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        if (!FlagCatalog.ByName.TryGetValue(name, out var flag))
        {
            return name is "help" or "h"
                ? FlagParseResult.Help
                : FlagParseResult.Failed($"flag provided but not defined: -{name}");
        }

        var value = equals < 0 ? null : word[(equals + 1)..];
        var isBool = flag.Kind is FlagKind.Bool or FlagKind.Ignored;
        if (value is null)
        {
            if (isBool)
            {
                value = "true";
            }
            else if (next < arguments.Count)
            {
                value = arguments[next++];
            }
            else
            {
                return FlagParseResult.Failed($"flag needs an argument: -{name}");
            }
        }

        var error = settings.Set(flag, value);
        return error switch
        {
            null => null,
            _ when flag.Kind == FlagKind.Bool =>
                FlagParseResult.Failed($"invalid boolean value \"{value}\" for -{name}: {error}"),
            _ => FlagParseResult.Failed($"invalid value \"{value}\" for flag -{name}: {error}"),
        };
    }
}
