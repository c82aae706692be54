using Etcd.Storage.DataDirectory;
using Etcd.Storage.Interop;

namespace Etcd.Storage.Wal.Files;

/// <summary>A log directory on disk.</summary>
internal sealed class LinuxWalFileSystem(string directory) : IWalFileSystem
{
    public string DirectoryPath => directory;

    public void CreateDirectory() => DataDirectoryLock.CreateDirectory(directory);

    public IReadOnlyList<string> List() =>
        Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).ToList()
            : [];

    public IWalFile Create(string name) => Open(name, FileMode.Create);

    public IWalFile Open(string name) => Open(name, FileMode.Open);

    public void Rename(string from, string to) => Translate(() =>
    {
        File.Move(Path.Combine(directory, from), Path.Combine(directory, to), overwrite: true);
        return true;
    });

    public void Delete(string name) => Translate(() =>
    {
        File.Delete(Path.Combine(directory, name));
        return true;
    });

    public void SyncDirectory() => Libc.SyncDirectory(directory);

    private LinuxWalFile Open(string name, FileMode mode)
    {
        var path = Path.Combine(directory, name);
        return Translate(() => new LinuxWalFile(
            path, File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite)));
    }

    /// <summary>A missing permission is an I/O error like any other.</summary>
    private static T Translate<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
