using Etcd.Storage.DataDirectory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Storage.Tests.DataDirectory;

public sealed class DataDirectoryLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Missing_directory_is_created_for_the_owner_only()
    {
        var path = _directory.Combine("data");
        using var held = DataDirectoryLock.Acquire(path);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        Assert.Equal(path, held.DataDirectory);
    }

    [Fact]
    public void Held_directory_is_refused_and_the_holder_named()
    {
        using var held = DataDirectoryLock.Acquire(_directory.Path);
        var exception = Assert.Throws<StorageException>(() => DataDirectoryLock.Acquire(_directory.Path));
        Assert.Contains($"id {Environment.ProcessId}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_acquire_gets_the_directory_once_it_is_free()
    {
        var held = DataDirectoryLock.Acquire(_directory.Path);
        var waiting = DataDirectoryLock.AcquireAsync(
            _directory.Path, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        using var second = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(_directory.Path, second.DataDirectory);
    }

    [Fact]
    public void Unusable_path_is_refused_in_etcds_words()
    {
        var file = _directory.Combine("file");
        File.WriteAllText(file, "x");
        var exception = Assert.Throws<StorageException>(() => DataDirectoryLock.Acquire(file));
        Assert.StartsWith($"cannot access data directory: mkdir {file}: ", exception.Message, StringComparison.Ordinal);
    }
}
