namespace Etcd.Storage.Tests.Bbolt;

/// <summary>A test that needs the real <c>etcd</c>, <c>etcdctl</c> and <c>etcdutl</c>, in the folder that
/// <c>ETCD_REFERENCE_BIN</c> names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReferenceToolsFactAttribute : FactAttribute
{
    public ReferenceToolsFactAttribute()
    {
        if (Folder is null)
        {
            Skip = "ETCD_REFERENCE_BIN does not name a folder with etcd, etcdctl and etcdutl";
        }
    }

    public static string? Folder =>
        Environment.GetEnvironmentVariable("ETCD_REFERENCE_BIN") is { Length: > 0 } folder
        && File.Exists(Path.Combine(folder, "etcdutl"))
            ? folder
            : null;
}
