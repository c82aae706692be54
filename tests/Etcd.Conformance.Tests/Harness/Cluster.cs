using Etcd.Testing;
using Etcdserverpb;
using Grpc.Net.Client;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>A cluster of member processes, of ours or of the reference, with its data in a folder of its own.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string[] _extraArguments;
    private readonly DirectoryInfo _folder;
    private readonly string _initialCluster;

    private Cluster(IReadOnlyList<string> programs, string[] extraArguments)
    {
        _extraArguments = extraArguments;
        _folder = Directory.CreateTempSubdirectory("etcd-conformance-");
        Members = [.. programs.Select((program, index) => new Member(this, $"m{index + 1}", program))];
        _initialCluster = string.Join(',', Members.Select(member => $"{member.Name}={member.PeerUrl}"));
    }

    public IReadOnlyList<Member> Members { get; }

    public string Endpoints => string.Join(',', Members.Select(member => member.ClientUrl));

    public string Folder => _folder.FullName;

    /// <summary>A running cluster of our members.</summary>
    public static Task<Cluster> StartOursAsync(int members, params string[] extraArguments) =>
        StartAsync([.. Enumerable.Repeat(Built.Member, members)], extraArguments);

    /// <summary>A running cluster of the distribution's etcd.</summary>
    public static Task<Cluster> StartReferenceAsync(int members, params string[] extraArguments) =>
        StartAsync([.. Enumerable.Repeat(ReferenceEtcd.Server, members)], extraArguments);

    /// <summary>A running cluster of the distribution's etcd, of which the last member is ours.</summary>
    public static Task<Cluster> StartMixedAsync(int members, params string[] extraArguments) =>
        StartAsync([.. Enumerable.Repeat(ReferenceEtcd.Server, members - 1), Built.Member], extraArguments);

    /// <summary>The cluster of <see cref="StartMixedAsync"/> before anything runs.</summary>
    public static Cluster CreateMixed(int members) =>
        new([.. Enumerable.Repeat(ReferenceEtcd.Server, members - 1), Built.Member], []);

    /// <summary>Starts every member that does not run and waits until all are healthy.</summary>
    public async Task StartAllAsync()
    {
        foreach (var member in Members.Where(member => !member.IsRunning))
        {
            member.Launch();
        }

        await Task.WhenAll(Members.Select(member => member.UntilHealthyAsync()));
    }

    /// <summary>The member that the members themselves call leader; waits for one.</summary>
    /// <param name="limit">How long an election may take.</param>
    public async Task<Member> LeaderAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        while (true)
        {
            foreach (var member in Members.Where(member => member.IsRunning))
            {
                try
                {
                    var status = await member.Maintenance.StatusAsync(
                        new StatusRequest(), deadline: DateTime.UtcNow.AddSeconds(1));
                    if (status.Leader != 0 && status.Leader == status.Header.MemberId)
                    {
                        return member;
                    }
                }
                catch (Grpc.Core.RpcException)
                {
                    // It is starting or stopping; another member may know.
                    continue;
                }
            }

            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"phase: election; expected: a leader within {limit}; actual: none");
            }

            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }

        if (Environment.GetEnvironmentVariable("ETCD_TEST_KEEP") is null)
        {
            _folder.Delete(recursive: true);
        }
    }

    private static async Task<Cluster> StartAsync(string[] programs, string[] extraArguments)
    {
        var cluster = new Cluster(programs, extraArguments);
        try
        {
            await cluster.StartAllAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One member's process and channels.</summary>
    internal sealed class Member : IAsyncDisposable
    {
        private readonly Cluster _cluster;
        private readonly string _program;
        private readonly GrpcChannel _channel;
        private ServerProcess? _process;

        public Member(Cluster cluster, string name, string program)
        {
            _cluster = cluster;
            _program = program;
            Name = name;
            ClientUrl = $"http://127.0.0.1:{FreePorts.Take()}";
            PeerUrl = $"http://127.0.0.1:{FreePorts.Take()}";
            _channel = Channels.To(ClientUrl);
            Kv = new KV.KVClient(_channel);
            Lease = new Lease.LeaseClient(_channel);
            Maintenance = new Maintenance.MaintenanceClient(_channel);
            Watch = new Watch.WatchClient(_channel);
            Cluster = new Etcdserverpb.Cluster.ClusterClient(_channel);
            Calls = _channel.CreateCallInvoker();
        }

        public string Name { get; }

        public string ClientUrl { get; }

        public string PeerUrl { get; }

        public KV.KVClient Kv { get; }

        public Lease.LeaseClient Lease { get; }

        public Maintenance.MaintenanceClient Maintenance { get; }

        public Watch.WatchClient Watch { get; }

        public Etcdserverpb.Cluster.ClusterClient Cluster { get; }

        /// <summary>For services and methods without a generated client.</summary>
        public Grpc.Core.CallInvoker Calls { get; }

        public bool IsRunning => _process is { HasExited: false };

        public ServerProcess Process => _process ?? throw new InvalidOperationException($"{Name} was never started");

        public string DataDirectory => Path.Combine(_cluster.Folder, Name);

        /// <summary>Starts the process; arguments given here win over the cluster's.</summary>
        public void Launch(params string[] arguments) => Launch(new Dictionary<string, string>(), arguments);

        /// <summary>Starts the process with variables of its own in its environment.</summary>
        public void Launch(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
            _process = ServerProcess.Start(
                Name,
                _program,
                [
                    $"--name={Name}",
                    $"--data-dir={DataDirectory}",
                    $"--listen-client-urls={ClientUrl}",
                    $"--advertise-client-urls={ClientUrl}",
                    $"--listen-peer-urls={PeerUrl}",
                    $"--initial-advertise-peer-urls={PeerUrl}",
                    $"--initial-cluster={_cluster._initialCluster}",
                    "--initial-cluster-state=new",
                    "--initial-cluster-token=conformance",
                    .. _cluster._extraArguments,
                    .. arguments,
                ],
                Path.Combine(_cluster.Folder, $"{Name}.log"),
                environment);

        public Task UntilHealthyAsync() => Process.UntilAnswersAsync($"{ClientUrl}/health");

        public async ValueTask DisposeAsync()
        {
            _channel.Dispose();
            if (_process is not null)
            {
                await _process.DisposeAsync();
            }
        }
    }
}
