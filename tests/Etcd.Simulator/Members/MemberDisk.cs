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

    /// <summary>Nothing can be written.</summary>
    public bool IsFull
    {
        get => Log.IsFull;
        set
        {
            Log.IsFull = value;
            Engine.IsFull = value;
        }
    }

    /// <summary>Takes over an engine with a received state, durable already.</summary>
    public SimEngine Replace(InMemoryEngine content)
    {
        if (IsFull && !bug.IgnoresFullDisks)
        {
            throw new IOException("simulated full disk");
        }

        return Engine = NewEngine(content);
    }

    /// <summary>A log that was lost; what it held had been acknowledged.</summary>
    public LogContents? Lost { get; private set; }

    /// <summary>All files are gone.</summary>
    public void Wipe()
    {
        Lost = Log.Image();
        Load(log: null, new InMemoryEngine());
    }

    /// <summary>Puts other files in place.</summary>
    public void Load(LogContents? log, InMemoryEngine engine)
    {
        Log.Restore(log);
        Engine = NewEngine(engine);
    }

    public void Crash()
    {
        Log.Crash();
        Engine = NewEngine(Engine.AfterCrash(random));
        if (!bug.RestoresOldImage)
        {
            return;
        }

        if (_oldImage is { } old && random.Next(2) == 0)
        {
            Load(old.Log?.Clone(), old.Engine.Clone());
        }
        else
        {
            _oldImage = (Log.Image(), Engine.Copy());
        }
    }

    private SimEngine NewEngine(InMemoryEngine content) => new(bug, content) { IsFull = IsFull };
}
