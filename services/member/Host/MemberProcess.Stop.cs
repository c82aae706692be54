using Etcd.Member.Config.Values;
using Etcd.Member.Peers;
using Etcd.Node;

namespace Etcd.Member.Host;

internal sealed partial class MemberProcess
{
    private async Task<int> StopBySignalAsync()
    {
        var signal = await _signal.Received.ConfigureAwait(false);
        SignalReceived(_logger, StopSignal.NameOf(signal));
        await CloseAsync().ConfigureAwait(false);
        return signal;
    }

    private async Task<int> StopByItselfAsync(MemberNode node, HttpPeerTransport transport)
    {
        if (node.RemovedFromCluster || transport.LocalMemberRemoved.IsCompleted)
        {
            ServerError(_logger, "the member has been permanently removed from the cluster");
            MustRemoveData(_logger, "data-dir used by this member must be removed");
            await CloseAsync().ConfigureAwait(false);
            return 0;
        }

        var failure = node.Stopped.Exception?.GetBaseException();
        await CloseAsync().ConfigureAwait(false);
        Fatal(_logger, "the member has failed", failure?.Message ?? "the node has stopped");
        return -1;
    }

    private async Task CloseAsync()
    {
        var peers = EtcdUrls.Texts(_config.AdvertisePeerUrls);
        var clients = EtcdUrls.Texts(_config.AdvertiseClientUrls);
        Closing(_logger, _config.Name, _config.DataDirectory, peers, clients);
        if (_clientServer is not null)
        {
            // First of all: what clients have asked for is answered while the node still works, and new requests go to
            // other members.
            await _clientServer.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (_member.IsStarted)
        {
            await _member.Node.DisposeAsync().ConfigureAwait(false);
        }

        var served = _servesPeers ? _config.ListenPeerUrls : [];
        foreach (var url in served)
        {
            StoppingPeers(_logger, url.Address);
        }

        if (_transport is not null)
        {
            // Its streams live on the peer server, which would wait for them.
            await _transport.DisposeAsync().ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
        foreach (var url in served)
        {
            StoppedPeers(_logger, url.Address);
        }

        Closed(_logger, _config.Name, _config.DataDirectory, peers, clients);
    }
}
