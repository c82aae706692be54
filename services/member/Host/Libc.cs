using System.Runtime.InteropServices;

namespace Etcd.Member.Host;

/// <summary>System calls that .NET does not offer.</summary>
internal static partial class Libc
{
    /// <summary>By convention of shells, the exit code of a process that a signal ended is above this.</summary>
    private const int SignalExitCodeBase = 128;

    /// <summary>The default disposition of a signal.</summary>
    private const nint DefaultDisposition = 0;

    /// <summary>Ends the process by a signal, so that its parent sees which one it was.</summary>
    public static void DieBy(int signal)
    {
        Signal(signal, DefaultDisposition);
        if (Kill(Environment.ProcessId, signal) != 0)
        {
            Environment.Exit(SignalExitCodeBase + signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
