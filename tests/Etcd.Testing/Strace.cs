namespace Etcd.Testing;

/// <summary>
/// The tracer of system calls: the system's own, else brought by <c>eng/get-strace.sh</c> into <c>.tools/</c> once.
/// Thread-safe.
/// </summary>
public static class Strace
{
    private static readonly Lazy<string> Folder = new(() => BroughtTool.Bring("get-strace.sh", "strace"));

    /// <summary>Path of the program.</summary>
    public static string Program => Path.Combine(Folder.Value, "strace");
}
