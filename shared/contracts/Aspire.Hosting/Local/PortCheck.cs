using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Finds fixed ports that another process holds, before anything is started.</summary>
internal static class PortCheck
{
    /// <summary>One message a taken port, with the process that holds it where the system lets us read that.</summary>
    public static IReadOnlyList<string> FindTaken(IEnumerable<IResource> resources)
    {
        var messages = new List<string>();
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                if (endpoint.TargetPort is { } port && !IsFree(port))
                {
                    string holder = FindHolder(port) is { } process ? $" by {process}" : string.Empty;
                    messages.Add($"Port {port}, needed by {resource.Name} ({endpoint.Name}), is in use{holder}.");
                }
            }
        }

        return messages;
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Looks for the listening socket's inode in <c>/proc/net/tcp</c> and then for the process that has it open.
    /// </summary>
    private static string? FindHolder(int port)
    {
        foreach (string table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (!File.Exists(table))
            {
                continue;
            }

            foreach (string line in File.ReadLines(table).Skip(1))
            {
                // Fields: slot, local address:port, remote address:port, state (0A listens), ..., inode (tenth).
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == "0A"
                    && int.Parse(fields[1].AsSpan(fields[1].IndexOf(':') + 1), NumberStyles.HexNumber,
                        CultureInfo.InvariantCulture) == port
                    && FindProcess(fields[9]) is { } process)
                {
                    return process;
                }
            }
        }

        return null;
    }

    private static string? FindProcess(string inode)
    {
        string wanted = $"socket:[{inode}]";
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            string name = Path.GetFileName(directory);
            if (!int.TryParse(name, out int processId))
            {
                continue;
            }

            try
            {
                foreach (var file in new DirectoryInfo(Path.Combine(directory, "fd")).EnumerateFiles())
                {
                    if (file.LinkTarget == wanted)
                    {
                        string command = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ').Trim();
                        return $"process {processId} ({(command.Length > 100 ? command[..100] + "..." : command)})";
                    }
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The process ended meanwhile or belongs to somebody else: the holder stays unnamed.
                continue;
            }
        }

        return null;
    }
}
