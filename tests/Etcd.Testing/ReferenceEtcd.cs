namespace Etcd.Testing;

/// <summary>
/// The distribution's etcd, the yardstick. Taken from the folder in <c>ETCD_REFERENCE_BIN</c>, else brought by
/// <c>eng/get-etcd.sh</c> into <c>.tools/</c> once. Thread-safe.
/// </summary>
public static class ReferenceEtcd
{
    private static readonly Lazy<string> Folder = new(() =>
        Environment.GetEnvironmentVariable("ETCD_REFERENCE_BIN") is { Length: > 0 } folder
            ? folder
            : BroughtTool.Bring("get-etcd.sh", "etcd"));

    /// <summary>Path of the server.</summary>
    public static string Server => Tool("etcd");

    /// <summary>Path of the client.</summary>
    public static string Ctl => Tool("etcdctl");

    /// <summary>Path of one of etcd's programs.</summary>
    /// <param name="name"><c>etcd</c>, <c>etcdctl</c> or <c>etcdutl</c>.</param>
    public static string Tool(string name) => Path.Combine(Folder.Value, name);
}
