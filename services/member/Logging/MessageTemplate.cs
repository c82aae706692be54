using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Etcd.Member.Logging;

/// <summary>
/// Which values of a log call stand in its message text: the others become fields. Immutable; one per template.
/// </summary>
internal sealed class MessageTemplate
{
    private static readonly ConcurrentDictionary<string, MessageTemplate> Templates = new(StringComparer.Ordinal);

    private readonly FrozenSet<string> _inMessage;

    private MessageTemplate(string text)
    {
        Text = text;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var open = text.IndexOf('{', StringComparison.Ordinal); open >= 0;)
        {
            var close = text.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            names.Add(text[(open + 1)..close].Split(':', ',')[0]);
            open = text.IndexOf('{', close);
        }

        _inMessage = names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The template itself.</summary>
    public string Text { get; }

    /// <summary>True when the template is the message as it stands.</summary>
    public bool IsConstant => _inMessage.Count == 0;

    /// <summary>The template of a text.</summary>
    public static MessageTemplate Of(string text) => Templates.GetOrAdd(text, static t => new MessageTemplate(t));

    /// <summary>True when the value stands in the message.</summary>
    public bool Holds(string name) => _inMessage.Contains(name);
}
