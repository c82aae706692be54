namespace Etcd.StateMachine.Membership;

/// <summary>One member of the cluster as the log knows it. Immutable.</summary>
public sealed class ClusterMember
{
    /// <summary>Creates a member; the lists are taken over and must not change afterwards.</summary>
    /// <param name="id">Member id, not 0.</param>
    /// <param name="name">Published name; empty until the member has started once.</param>
    /// <param name="peerUrls">Peer URLs in the order of the request.</param>
    /// <param name="clientUrls">Published client URLs; empty until the member has started once.</param>
    /// <param name="isLearner">True while the member has no vote.</param>
    public ClusterMember(
        ulong id,
        string name,
        IReadOnlyList<string> peerUrls,
        IReadOnlyList<string> clientUrls,
        bool isLearner)
    {
        Id = id;
        Name = name;
        PeerUrls = peerUrls;
        ClientUrls = clientUrls;
        IsLearner = isLearner;
    }

    /// <summary>Member id, not 0.</summary>
    public ulong Id { get; }

    /// <summary>Published name; empty until the member has started once.</summary>
    public string Name { get; }

    /// <summary>Peer URLs in the order of the request.</summary>
    public IReadOnlyList<string> PeerUrls { get; }

    /// <summary>Published client URLs; empty until the member has started once.</summary>
    public IReadOnlyList<string> ClientUrls { get; }

    /// <summary>True while the member has no vote.</summary>
    public bool IsLearner { get; }

    /// <summary>True once the member has published its name.</summary>
    public bool IsStarted => Name.Length != 0;

    /// <summary>The member in the form of the client API.</summary>
    public Etcdserverpb.Member ToProto()
    {
        Etcdserverpb.Member member = new() { ID = Id, Name = Name, IsLearner = IsLearner };
        member.PeerURLs.AddRange(PeerUrls);
        member.ClientURLs.AddRange(ClientUrls);
        return member;
    }

    /// <summary>Id in hexadecimal, name and peer URLs, for logs.</summary>
    public override string ToString() =>
        $"{ClusterIds.ToHex(Id)} name={Name} peers={string.Join(',', PeerUrls)} learner={IsLearner}";
}
