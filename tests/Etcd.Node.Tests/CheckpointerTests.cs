using Etcd.Node.Loops;
using Etcd.Ports.Log;
using Etcd.Raft;
using Microsoft.Extensions.Logging.Abstractions;

namespace Etcd.Node.Tests;

/// <summary>A marker in the log promises what the engine has made durable, and no more.</summary>
public sealed class CheckpointerTests
{
    private readonly List<string> _done = [];
    private ulong _appliedIndex = 5;
    private Action _flush;

    public CheckpointerTests() => _flush = () => _done.Add("flush");

    [Fact]
    public async Task Marker_is_noted_after_the_flush()
    {
        await CheckpointAsync(lastIndex: 4);
        Assert.Equal(["flush", "marker 5"], _done);
    }

    [Fact]
    public async Task Marker_is_of_what_was_applied_before_the_flush_began()
    {
        _flush = () => _appliedIndex = 9;
        await CheckpointAsync(lastIndex: 0);
        Assert.Equal(["marker 5"], _done);
    }

    [Fact]
    public async Task Flush_that_fails_notes_nothing()
    {
        _flush = () => throw new IOException("no such disk");
        await Assert.ThrowsAsync<IOException>(() => CheckpointAsync(lastIndex: 0));
        Assert.Empty(_done);
    }

    [Fact]
    public async Task Nothing_is_done_when_nothing_was_applied_since()
    {
        await CheckpointAsync(lastIndex: 5);
        Assert.Empty(_done);
    }

    /// <summary>Asks for two checkpoints at once and runs the thread's body to its end.</summary>
    private async Task CheckpointAsync(ulong lastIndex)
    {
        Checkpointer checkpointer = new(State, () => _flush(), Note, lastIndex, NullLogger.Instance);
        Task[] requests = [checkpointer.RequestAsync(), checkpointer.RequestAsync()];
        checkpointer.Close();
        checkpointer.Run();
        await Task.WhenAll(requests).WaitAsync(TimeSpan.FromSeconds(20));
    }

    // The rest of the state is of no use to a checkpoint.
    private PublishedState State() => new(null!, null!, [], _appliedIndex, AppliedTerm: 1, new ConfState { Voters = [1] });

    private bool Note(LogCheckpoint checkpoint)
    {
        _done.Add($"marker {checkpoint.Marker.Index}");
        checkpoint.Done.SetResult();
        return true;
    }
}
