using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Etcd.Testing;
using Etcdserverpb;
using Grpc.Core;

namespace Etcd.Client.Tests;

/// <summary>A real etcd on this machine, which can be killed and started again.</summary>
internal sealed class RealEtcd : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-client-").FullName;
    private readonly int _clientPort = FreePorts.Take();
    private readonly int _peerPort = FreePorts.Take();
    private Process? _process;

    public Uri Endpoint => new($"http://127.0.0.1:{_clientPort}");

    public async Task StartAsync()
    {
        string peer = $"http://127.0.0.1:{_peerPort}";
        ProcessStartInfo start = new(ReferenceEtcd.Server)
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "--name", "n", "--data-dir", Path.Combine(_directory, "data"), "--log-level", "error",
                "--listen-client-urls", Endpoint.OriginalString, "--advertise-client-urls", Endpoint.OriginalString,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"n={peer}",
            },
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("etcd did not start.");
        _process.BeginErrorReadLine();
        await using EtcdClient client = NewClient(StartLimit);
        await client.KV.RangeAsync(new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("ready") });
    }

    public EtcdClient NewClient(TimeSpan requestTimeout) => new(new EtcdClientOptions
    {
        Endpoints = [Endpoint],
        RequestTimeout = requestTimeout,
        MaxAttempts = int.MaxValue,
    });

    public async Task KillAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
