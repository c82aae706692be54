namespace Etcd.Storage.RocksDb;

/// <summary>
/// Keeps native memory alive while calls, cursors and snapshots use it: closed when the owner has let go and the
/// last user is gone. Thread-safe.
/// </summary>
internal sealed class UseCount(Type owner, Action close)
{
    // The owner counts as one until it lets go.
    private int _users = 1;
    private int _released;

    /// <summary>Begins a use; each is matched by one <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The owner has let go.</exception>
    public void Enter()
    {
        var users = Volatile.Read(ref _users);
        while (true)
        {
            ObjectDisposedException.ThrowIf(users == 0 || Volatile.Read(ref _released) != 0, owner);
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }

            users = seen;
        }
    }

    /// <summary>Ends a use.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            close();
        }
    }

    /// <summary>The owner lets go. Further calls do nothing.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Exit();
        }
    }
}
