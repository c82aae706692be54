namespace Etcd.Benchmarks.Workloads;

/// <summary>One kind of work that servers are measured by. Immutable: what it counts is in its callers.</summary>
internal abstract class Workload
{
    public abstract string Name { get; }

    /// <summary>A few words for the table.</summary>
    public abstract string Summary { get; }

    /// <summary>Numbers of clients that it is measured with unless told otherwise; empty when it takes none.</summary>
    public virtual IReadOnlyList<int> Clients => [100];

    /// <summary>Keys that the store holds before; workloads with the same number share servers.</summary>
    public virtual int StoredKeys => 0;

    /// <summary>Whether the number of keys that a comparison asks for makes it another workload.</summary>
    public virtual bool UsesStoredKeys => StoredKeys > 0;

    /// <summary>What an operation is.</summary>
    public virtual string Operation => "call";

    /// <summary>Whether it is repeated until the server is warm before it counts.</summary>
    public virtual bool WarmsUp => true;

    /// <summary>What is to be reached; the first is what the table compares.</summary>
    public abstract IReadOnlyList<Target> TargetsFor(int clients);

    /// <summary>Calls per second, for those that keep a rate; asked once, of the real etcd.</summary>
    /// <param name="reference">The real etcd, warm.</param>
    public virtual double RateFor(Bench reference) => 0;

    /// <summary>Measures one server once.</summary>
    public abstract Sample Run(Bench bench);
}
