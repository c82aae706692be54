using System.Globalization;
using System.Text;

namespace Etcd.Raft.Tests.Running;

/// <summary>
/// Conf changes as text, such as <c>v1 l2 r3 u4</c> (voter, learner, remove, update), after an optional
/// <c>implicit</c> or <c>explicit</c>. Stands in for the wire encoding, which the core never sees.
/// </summary>
internal static class TextConfChange
{
    public static ReadOnlyMemory<byte> Encode(string text) => Encoding.UTF8.GetBytes(text);

    public static ConfChangeV2? Decode(Entry entry)
    {
        string text = Encoding.UTF8.GetString(entry.Data.Span);
        ConfChangeTransition transition = ConfChangeTransition.Auto;
        List<ConfChangeSingle> changes = [];
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "implicit":
                    transition = ConfChangeTransition.JointImplicit;
                    continue;
                case "explicit":
                    transition = ConfChangeTransition.JointExplicit;
                    continue;
                default:
                    break;
            }

            ConfChangeType? type = word[0] switch
            {
                'v' => ConfChangeType.AddNode,
                'l' => ConfChangeType.AddLearnerNode,
                'r' => ConfChangeType.RemoveNode,
                'u' => ConfChangeType.UpdateNode,
                _ => null,
            };
            if (type is null)
            {
                return null;
            }

            changes.Add(new ConfChangeSingle(type.Value, ulong.Parse(word[1..], CultureInfo.InvariantCulture)));
        }

        return new ConfChangeV2(transition, changes, default);
    }
}
