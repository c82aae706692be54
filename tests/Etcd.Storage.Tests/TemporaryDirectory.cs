namespace Etcd.Storage.Tests;

/// <summary>A directory of one test's own, removed with everything in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory()
        : this(System.IO.Path.GetTempPath())
    {
    }

    public TemporaryDirectory(string parent) =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, $"etcd-storage-{Guid.NewGuid():N}")).FullName;

    public string Path { get; }

    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
