using System.Runtime.InteropServices;

namespace Aspire.Hosting.Local;

/// <summary>Signals to whole process groups; a group that is gone is no error.</summary>
internal static partial class ProcessGroup
{
    private const int SigKill = 9;
    private const int SigTerm = 15;

    /// <summary>Asks every process of the group to stop.</summary>
    public static void Terminate(int leaderProcessId) => _ = Kill(-leaderProcessId, SigTerm);

    /// <summary>Ends every process of the group.</summary>
    public static void Kill(int leaderProcessId) => _ = Kill(-leaderProcessId, SigKill);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
