using System.Text;

namespace Etcd.Raft.Tests.Running;

/// <summary>
/// A scenario file. Blocks are separated by empty lines; lines that begin with # are comments. A block is a command
/// line, optional input lines, a line <c>----</c>, and the expected output, which has no empty lines.
/// </summary>
internal sealed class ScenarioFile
{
    private const string Separator = "----";

    private readonly List<object> _parts = [];

    private ScenarioFile(string path) => Path = path;

    public string Path { get; }

    public IEnumerable<ScenarioCommand> Commands => _parts.OfType<ScenarioCommand>();

    public static ScenarioFile Read(string path)
    {
        ScenarioFile file = new(path);
        string[] lines = File.ReadAllLines(path);
        int position = 0;
        while (position < lines.Length)
        {
            if (lines[position].Length == 0 || lines[position][0] == '#')
            {
                file._parts.Add(lines[position++]);
                continue;
            }

            int start = position;
            while (lines[position] != Separator)
            {
                position++;
            }

            int output = ++position;
            while (position < lines.Length && lines[position].Length > 0)
            {
                position++;
            }

            file._parts.Add(new ScenarioCommand(
                lines[start],
                lines[(start + 1)..(output - 1)],
                string.Join('\n', lines[output..position]),
                start + 1));
        }

        return file;
    }

    /// <summary>Writes the file with what the commands really print.</summary>
    public void Rewrite(string path, IReadOnlyDictionary<ScenarioCommand, string> outputs)
    {
        StringBuilder text = new();
        foreach (object part in _parts)
        {
            if (part is ScenarioCommand command)
            {
                text.Append(command.Line).Append('\n');
                foreach (string input in command.Input)
                {
                    text.Append(input).Append('\n');
                }

                text.Append(Separator).Append('\n').Append(outputs[command]).Append('\n');
            }
            else
            {
                text.Append(part).Append('\n');
            }
        }

        File.WriteAllText(path, text.ToString());
    }
}
