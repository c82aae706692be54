using System.Diagnostics;
using System.Net.Sockets;
using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Servers;

/// <summary>A cluster of one product on this machine, started for a measurement. Used by one thread.</summary>
internal sealed class Cluster : IServerUnderTest, IDisposable
{
    private const long QuotaBytes = 8L << 30;
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(1);

    private readonly Reaper _reaper;
    private readonly string _directory;
    private readonly BlockDevice _device;
    private readonly int[] _clientPorts;
    private readonly int[] _peerPorts;
    private readonly ServerProcess?[] _processes;
    private readonly CancellationToken _cancellation;
    private int _leader;

    /// <param name="product">What runs.</param>
    /// <param name="members">How many.</param>
    /// <param name="directory">For data and logs; removed at the end.</param>
    /// <param name="reaper">Kills the members when this process dies.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Cluster(Product product, int members, string directory, Reaper reaper, CancellationToken cancellation)
    {
        Product = product;
        _reaper = reaper;
        _directory = directory;
        _cancellation = cancellation;
        _device = BlockDevice.Under(directory);
        int[] ports = [.. Enumerable.Range(0, 2 * members).Select(static _ => FreePorts.Take())];
        _clientPorts = ports[..members];
        _peerPorts = ports[members..];
        _processes = new ServerProcess?[members];
        Directory.CreateDirectory(directory);
    }

    public Product Product { get; }

    /// <inheritdoc/>
    public string Name => Product.Name;

    /// <summary>The leader: all load goes to it, as etcd's own benchmarks do by default.</summary>
    public IReadOnlyList<Uri> Endpoints => [Endpoint(_leader)];

    /// <summary>Starts all members and waits until the cluster answers a linearizable read.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="LoadException">It does not come up.</exception>
    public TimeSpan Start()
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < _processes.Length; i++)
        {
            _processes[i] = new ServerProcess(_reaper, Product.Program, Arguments(i), Path.Combine(_directory, $"{i}.log"));
        }

        WaitUntilReady(start);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        _leader = FindLeader();
        return took;
    }

    /// <summary>Whether all members run.</summary>
    public bool IsRunning => _processes.All(static process => process is { HasExited: false });

    /// <summary>Ends all members in order; their data stays.</summary>
    public void Stop()
    {
        foreach (ServerProcess? process in _processes)
        {
            process?.Stop();
            process?.Dispose();
        }

        Array.Clear(_processes);
    }

    /// <inheritdoc/>
    public ServerUsage Usage() => _processes
        .Select(static process => ProcessFiles.Usage(process!.Id)) // They run while they are measured.
        .Aggregate(new ServerUsage(CpuSeconds: 0, PeakMemoryBytes: 0, _device.WrittenBytes), ServerUsage.Add);

    /// <inheritdoc/>
    public TimeSpan Restart(bool empty)
    {
        Stop();
        if (empty)
        {
            Directory.Delete(_directory, recursive: true);
            Directory.CreateDirectory(_directory);
        }

        return Start();
    }

    /// <inheritdoc/>
    public void ResetPeakMemory()
    {
        foreach (ServerProcess? process in _processes)
        {
            ProcessFiles.ResetPeakMemory(process!.Id);
        }
    }

    public void Dispose()
    {
        foreach (ServerProcess? process in _processes)
        {
            process?.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static string Url(int port) => $"http://127.0.0.1:{port}";

    private Uri Endpoint(int member) => new(Url(_clientPorts[member]));

    private string[] Arguments(int member) =>
    [
        "--name", $"m{member}",
        "--data-dir", Path.Combine(_directory, $"{member}.data"),
        "--listen-client-urls", Url(_clientPorts[member]),
        "--advertise-client-urls", Url(_clientPorts[member]),
        "--listen-peer-urls", Url(_peerPorts[member]),
        "--initial-advertise-peer-urls", Url(_peerPorts[member]),
        "--initial-cluster", string.Join(',', _peerPorts.Select(static (port, i) => $"m{i}={Url(port)}")),
        "--quota-backend-bytes", FormattableString.Invariant($"{QuotaBytes}"),
    ];

    private void WaitUntilReady(long start)
    {
        var read = new RangeRequest { Key = ByteString.CopyFromUtf8("ready"), CountOnly = true };
        for (int member = 0; member < _processes.Length;)
        {
            try
            {
                _ = SingleCall.Call(Endpoint(member), GrpcMethod.Range, read, RangeResponse.Parser, _cancellation);
                member++;
            }
            catch (Exception notYet) when (notYet is SocketException or LoadException)
            {
                ServerProcess process = _processes[member]!; // Started above.
                if (process.HasExited || Stopwatch.GetElapsedTime(start) > LongestStart)
                {
                    throw new LoadException(
                        $"{Product.Name} did not start: {(process.HasExited ? "it ended" : notYet.Message)}\n{process.LogTail()}",
                        notYet);
                }

                if (_cancellation.WaitHandle.WaitOne(LookInterval))
                {
                    throw new OperationCanceledException(_cancellation);
                }
            }
        }
    }

    private int FindLeader()
    {
        for (int member = 0; member < _processes.Length; member++)
        {
            StatusResponse status = SingleCall.Call(
                Endpoint(member), GrpcMethod.Status, new StatusRequest(), StatusResponse.Parser, _cancellation);
            if (status.Leader == status.Header.MemberId)
            {
                return member;
            }
        }

        throw new LoadException($"{Product.Name} has no leader");
    }
}
