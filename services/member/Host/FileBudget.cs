using Etcd.ServiceDefaults.Connections;

namespace Etcd.Member.Host;

/// <summary>
/// How the files that this process may have open are shared out, so that clients cannot take those of the log and the
/// engine, whose lack ends the member. Immutable.
/// </summary>
internal sealed class FileBudget
{
    /// <summary>What etcd keeps from clients: log segments, connections to peers, snapshots.</summary>
    private const int MemberFiles = 150;

    /// <summary>Assemblies and what the runtime opens: up to 200, measured on a published member.</summary>
    private const int RuntimeFiles = 210;

    /// <summary>Table files that the engine keeps open; with fewer it opens them for each read.</summary>
    private const int LeastEngineFiles = 32;

    private const int MostEngineFiles = 512;

    /// <summary>Shares out.</summary>
    /// <param name="limit">Files that may be open; 0 or less when that is not known or has no bound.</param>
    public FileBudget(long limit)
    {
        var most = limit <= 0 ? int.MaxValue : (int)Math.Min(limit, int.MaxValue);
        var free = most - MemberFiles - RuntimeFiles;
        Limit = limit;
        EngineFiles = Math.Clamp(free / 4, LeastEngineFiles, MostEngineFiles);
        ClientConnections = free - EngineFiles;
    }

    /// <summary>The least limit under which a member starts. Differs from etcd: 150 there, which has no runtime's
    /// assemblies and one database file.</summary>
    public static int Least => MemberFiles + RuntimeFiles + LeastEngineFiles + 1;

    /// <summary>As told.</summary>
    public long Limit { get; }

    /// <summary>False when the member could not work.</summary>
    public bool Suffices => ClientConnections > 0;

    /// <summary>Table files for the engine.</summary>
    public int EngineFiles { get; }

    /// <summary>Connections for all client listeners together.</summary>
    public int ClientConnections { get; }

    /// <summary>Bounds the connections of a server for clients.</summary>
    public void Apply(IServiceCollection services) =>
        services.Configure<ConnectionLimitOptions>(options => options.MaxConnections = ClientConnections);
}
