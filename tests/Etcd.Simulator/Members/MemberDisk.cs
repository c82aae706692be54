using Etcd.Simulator.Bugs;
using Etcd.Simulator.Ports;
using Etcd.Testing;

namespace Etcd.Simulator.Members;

/// <summary>What one member has on disk.</summary>
internal sealed class MemberDisk(Bug bug, Random random)
{
    private (LogContents? Log, InMemoryEngine Engine)? _oldImage;

    public SimLogStore Log { get; } = new(bug, random);

    public SimEngine Engine { get; private set; } = new(bug, new InMemoryEngine());

    /// <summary>Takes over an engine with a received state, durable already.</summary>
    public SimEngine Replace(InMemoryEngine content) => Engine = new SimEngine(bug, content);

    public void Crash()
    {
        Log.Crash();
        Engine = new SimEngine(bug, Engine.AfterCrash(random));
        if (!bug.RestoresOldImage)
        {
            return;
        }

        if (_oldImage is { } old && random.Next(2) == 0)
        {
            Log.Restore(old.Log?.Clone());
            Engine = new SimEngine(bug, old.Engine.Clone());
        }
        else
        {
            _oldImage = (Log.Image(), Engine.Copy());
        }
    }
}
