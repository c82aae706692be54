using System.Net;
using Etcd.Member.Config;
using Etcd.Member.Config.Values;
using Etcd.Member.Peers;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Host;

/// <summary>
/// Decides who this member is when it has no log yet: one of a new cluster, or one that joins a running cluster
/// (etcd's <c>NewServer</c>, <c>VerifyBootstrap</c>, <c>ValidateClusterAndAssignIDs</c>).
/// </summary>
internal sealed class ClusterBootstrap(MemberConfig config, PeerQueries queries)
{
    /// <summary>As etcd: a member that was there before is asked for only briefly.</summary>
    private static readonly TimeSpan BootstrappedTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Decides.</summary>
    /// <exception cref="StartException">The configuration does not fit; the text is etcd's.</exception>
    public Task<BootstrapDecision> DecideAsync(CancellationToken cancellationToken) => config.JoinsExisting
        ? JoinAsync(cancellationToken)
        : CreateAsync(cancellationToken);

    private async Task<BootstrapDecision> CreateAsync(CancellationToken cancellationToken)
    {
        RequireLocalMember();
        await RequireAdvertisedAsync(cancellationToken).ConfigureAwait(false);
        var cluster = ParseCluster();
        var local = cluster.FindByName(config.Name)
            ?? throw new InvalidOperationException("the local member was checked to be there");
        if (await IsBootstrappedAsync(cluster, cancellationToken).ConfigureAwait(false))
        {
            throw new StartException($"member {MemberIds.Text(local.Id)} has already been bootstrapped");
        }

        return new BootstrapDecision(local.Id, cluster.ClusterId, cluster.Members, IsJoining: false);
    }

    private async Task<BootstrapDecision> JoinAsync(CancellationToken cancellationToken)
    {
        RequireLocalMember();
        var local = ParseCluster();
        var (running, error) = await queries
            .FindClusterAsync(RemoteUrls(local), timeout: null, isLogged: true, cancellationToken)
            .ConfigureAwait(false);
        if (running is null)
        {
            throw new StartException($"cannot fetch cluster info from peer urls: {error}");
        }

        var members = await MatchAsync(local, running, cancellationToken).ConfigureAwait(false);
        var self = members.First(member => member.Name == config.Name);
        return new BootstrapDecision(self.Id, running.ClusterId, members, IsJoining: true);
    }

    private void RequireLocalMember()
    {
        if (!config.InitialCluster.Members.ContainsKey(config.Name))
        {
            throw new StartException(
                $"couldn't find local name \"{config.Name}\" in the initial cluster configuration");
        }
    }

    private BootstrapCluster ParseCluster()
    {
        if (config.InitialCluster.HasDuplicateUrl())
        {
            throw new StartException($"initial cluster {config.InitialCluster} has duplicate url");
        }

        return BootstrapCluster.TryParse(
            config.InitialCluster.ToString(), config.InitialClusterToken, out var cluster, out var error)
            ? cluster!
            : throw new StartException(error ?? "the initial cluster cannot be read");
    }

    private async Task<bool> IsBootstrappedAsync(BootstrapCluster cluster, CancellationToken cancellationToken)
    {
        var (running, _) = await queries
            .FindClusterAsync(RemoteUrls(cluster), BootstrappedTimeout, isLogged: false, cancellationToken)
            .ConfigureAwait(false);
        var id = cluster.FindByName(config.Name)!.Id;
        return running?.Members.FirstOrDefault(member => member.Id == id) is { ClientUrls.Count: > 0 };
    }

    private List<string> RemoteUrls(BootstrapCluster cluster) =>
    [
        .. cluster.Members
            .Where(member => member.Name != config.Name)
            .SelectMany(member => member.PeerUrls)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Gives the configured members the ids that the running cluster has for their URLs.</summary>
    private static async Task<IReadOnlyList<ClusterMember>> MatchAsync(
        BootstrapCluster local, RunningCluster running, CancellationToken cancellationToken)
    {
        var text = $"{{ClusterID:{MemberIds.Text(running.ClusterId)} Members:["
            + string.Join(' ', running.Members.Select(member => member.ToString())) + "]}";
        if (running.Members.Count != local.Members.Count)
        {
            throw new StartException($"error validating peerURLs {text}: member count is unequal");
        }

        var matched = new List<ClusterMember>();
        foreach (var remote in running.Members)
        {
            ClusterMember? match = null;
            string? lastError = null;
            foreach (var candidate in local.Members)
            {
                lastError = await CompareAsync(remote.PeerUrls, candidate.PeerUrls, cancellationToken)
                    .ConfigureAwait(false);
                if (lastError is null)
                {
                    match = candidate;
                    break;
                }
            }

            if (match is null)
            {
                throw new StartException(
                    $"error validating peerURLs {text}: PeerURLs: no match found for existing member "
                        + $"({MemberIds.Text(remote.Id)}, [{string.Join(' ', remote.PeerUrls)}]), "
                        + $"last resolver error ({lastError})");
            }

            matched.Add(new ClusterMember(
                remote.Id, match.Name, remote.PeerUrls, remote.ClientUrls, remote.IsLearner));
        }

        return matched;
    }

    private async Task RequireAdvertisedAsync(CancellationToken cancellationToken)
    {
        var advertised = EtcdUrls.Texts(config.AdvertisePeerUrls);
        var initial = EtcdUrls.Texts(config.InitialCluster.Members[config.Name]);
        var error = await CompareAsync(advertised, initial, cancellationToken).ConfigureAwait(false);
        if (error is null)
        {
            return;
        }

        var missing = initial.Except(advertised).Select(url => $"{config.Name}={url}").ToArray();
        if (missing.Length > 0)
        {
            throw new StartException(
                $"--initial-cluster has {string.Join(',', missing)} but missing from "
                    + $"--initial-advertise-peer-urls={string.Join(',', advertised)} ({error})");
        }

        var own = InitialCluster.TextOf(config.Name, config.AdvertisePeerUrls);
        missing = [.. advertised.Except(initial)];
        throw new StartException(missing.Length > 0
            ? $"--initial-advertise-peer-urls has {string.Join(',', missing)} but missing from --initial-cluster={own}"
            : $"failed to resolve {string.Join(',', advertised)} to match --initial-cluster={own} ({error})");
    }

    /// <summary>Null when two URL lists name the same addresses, else Go's description.</summary>
    private static async Task<string?> CompareAsync(
        IReadOnlyList<string> left, IReadOnlyList<string> right, CancellationToken cancellationToken)
    {
        if (left.Count != right.Count)
        {
            return $"len([{Quoted(left)}]) != len([{Quoted(right)}])";
        }

        var sortedLeft = left.Order(StringComparer.Ordinal).ToArray();
        var sortedRight = right.Order(StringComparer.Ordinal).ToArray();
        if (sortedLeft.SequenceEqual(sortedRight))
        {
            return null;
        }

        var resolvedLeft = await ResolveAsync(sortedLeft, cancellationToken).ConfigureAwait(false);
        var resolvedRight = await ResolveAsync(sortedRight, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < resolvedLeft.Length; i++)
        {
            if (resolvedLeft[i] != resolvedRight[i])
            {
                return $"resolved urls: \"{resolvedLeft[i]}\" != \"{resolvedRight[i]}\"";
            }
        }

        return null;
    }

    private static string Quoted(IEnumerable<string> texts) => string.Join(' ', texts.Select(text => $"\"{text}\""));

    private static async Task<string[]> ResolveAsync(string[] urls, CancellationToken cancellationToken)
    {
        var resolved = new string[urls.Length];
        for (var i = 0; i < urls.Length; i++)
        {
            resolved[i] = urls[i];
            if (!Uri.TryCreate(urls[i], UriKind.Absolute, out var url) || IPAddress.TryParse(url.Host, out _))
            {
                continue;
            }

            try
            {
                var addresses = await Dns.GetHostAddressesAsync(url.Host, cancellationToken).ConfigureAwait(false);
                resolved[i] = addresses.Length > 0 ? $"{url.Scheme}://{addresses[0]}:{url.Port}" : urls[i];
            }
            catch (System.Net.Sockets.SocketException)
            {
                // A name that does not resolve stays a name: then only an equal one matches it.
                continue;
            }
        }

        return [.. resolved.Order(StringComparer.Ordinal)];
    }
}
