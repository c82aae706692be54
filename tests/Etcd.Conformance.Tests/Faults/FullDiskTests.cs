using Etcd.Conformance.Tests.Harness;
using Etcd.Conformance.Tests.Surface;
using Etcd.Testing;

namespace Etcd.Conformance.Tests.Faults;

/// <summary>A disk without any space, as the kernel reports it.</summary>
public sealed class FullDiskTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly Servers _servers = new();

    [Fact]
    public async Task Start_on_a_full_disk_ends_with_1_and_says_what_to_do()
    {
        string[] program = Built.Member.EndsWith(".dll", StringComparison.Ordinal)
            ? ["dotnet", Built.Member]
            : [Built.Member];
        var place = Servers.PlaceIn(_servers.NewFolder());
        string trace = Path.Combine(place.Folder, "calls");
        string[] options = ["-f", "-qq", "-o", trace, "-e", "trace=fallocate", "-e", "inject=fallocate:error=ENOSPC"];

        var end = await _servers.RunAsync(Strace.Program, [.. options, .. program, .. place.Flags]);

        Assert.True(end.ExitCode == 1, end.Errors);
        Assert.Contains("cannot open the key-value engine in", end.Reason);
        Assert.Contains("No space left on device. Free space or enlarge the volume", end.Reason);
        Assert.Empty(Directory.GetFiles(Path.Combine(place.DataDirectory, "member/store")));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => _servers.DisposeAsync();
}
