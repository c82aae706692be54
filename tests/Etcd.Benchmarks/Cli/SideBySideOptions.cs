namespace Etcd.Benchmarks.Cli;

/// <summary>How both products are measured in turn, whatever is measured.</summary>
internal abstract record SideBySideOptions
{
    /// <param name="options">The arguments.</param>
    /// <param name="rounds">Rounds unless told otherwise.</param>
    protected SideBySideOptions(Options options, int rounds)
    {
        Rounds = options.Number("rounds", rounds);
        Duration = TimeSpan.FromSeconds(options.Real("seconds", 5));
        WarmUp = TimeSpan.FromSeconds(options.Real("warmup", 20));
        Connections = options.Number("connections", 10);
        ValueBytes = options.Number("value-bytes", 256);
        EtcdDirectory = options.Text("etcd");
        Suite = options.Text("suite", "sid");
        OurDirectory = options.Text("ours");
        DataDirectory = options.Text("data", Path.Combine(Repository.Artifacts, "data"));
        Output = options.Text("output");
    }

    public int Rounds { get; }

    public TimeSpan Duration { get; }

    public TimeSpan WarmUp { get; }

    public int Connections { get; }

    public int ValueBytes { get; }

    /// <summary>Where the real etcd is; null brings it.</summary>
    public string? EtcdDirectory { get; }

    /// <summary>The Debian suite to bring it from.</summary>
    public string Suite { get; }

    /// <summary>A published member; null publishes it.</summary>
    public string? OurDirectory { get; }

    public string DataDirectory { get; }

    public string? Output { get; }
}
