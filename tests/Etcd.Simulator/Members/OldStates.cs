using Etcd.Ports.Engine;
using Etcd.Testing;

namespace Etcd.Simulator.Members;

/// <summary>Makes an old state claim a newer position, for planted bugs.</summary>
internal static class OldStates
{
    public static InMemoryEngine Claim(InMemoryEngine old, IKvReader newest)
    {
        using IKvBatch batch = old.CreateBatch();
        using IKvCursor cursor = newest.Scan(Bucket.Meta, [], []);
        while (cursor.MoveNext())
        {
            batch.Put(Bucket.Meta, cursor.Key, cursor.Value);
        }

        old.Write(batch);
        old.Flush();
        return old;
    }
}
