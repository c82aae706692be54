using System.Diagnostics;

namespace Aspire.Hosting.Local;

/// <summary>
/// A small process that stops the children when this one dies in a way that leaves it no time to. Thread-safe.
/// </summary>
internal sealed class Reaper : IDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();

    public Reaper()
    {
        using var script = new StreamReader(
            typeof(Reaper).Assembly.GetManifestResourceStream("reaper.sh")
            ?? throw new InvalidOperationException("reaper.sh is not embedded"));
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            ArgumentList = { "sh", "-c", script.ReadToEnd() },
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("setsid did not run");
    }

    /// <summary>The group must not outlive this process.</summary>
    public void Add(int processGroup) => Tell($"add {processGroup}");

    /// <summary>The group has ended; its number may be used again.</summary>
    public void Gone(int processGroup) => Tell($"gone {processGroup}");

    public void Dispose()
    {
        lock (_lock)
        {
            _process.StandardInput.Close();
            _process.Dispose();
        }
    }

    private void Tell(string line)
    {
        lock (_lock)
        {
            if (!_process.StandardInput.BaseStream.CanWrite)
            {
                return;
            }

            _process.StandardInput.Write(line + "\n");
            _process.StandardInput.Flush();
        }
    }
}
