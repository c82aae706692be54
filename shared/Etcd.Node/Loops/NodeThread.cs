namespace Etcd.Node.Loops;

/// <summary>A dedicated thread that runs one loop; an exception in it ends the node.</summary>
internal sealed class NodeThread
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeThread()
    {
    }

    /// <summary>Completes when the loop has returned or failed; never faults.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts a loop.</summary>
    /// <param name="name">Name in debuggers.</param>
    /// <param name="body">Returns when the node stops.</param>
    /// <param name="onFailure">Told the exception that ended the loop; the node stops then.</param>
    public static NodeThread Start(string name, Action body, Action<string, Exception> onFailure)
    {
        NodeThread result = new();
        Thread thread = new(() =>
        {
            try
            {
                body();
            }
            catch (Exception error)
            {
                onFailure(name, error);
            }
            finally
            {
                result._ended.SetResult();
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return result;
    }
}
