using Etcd.Storage.Tests.RocksDb;

namespace Etcd.Storage.Tests;

/// <summary>Entry of the processes that tests start to kill them; the test runner does not use it.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is [EngineCrashTests.ChildCommand, var directory])
        {
            EngineCrashTests.WriteUntilKilled(directory);
        }

        return 1;
    }
}
