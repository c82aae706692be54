namespace Etcd.Node.Peers;

/// <summary>Where another member listens.</summary>
/// <param name="Id">Member id.</param>
/// <param name="PeerUrls">Its peer URLs, at least one.</param>
public sealed record PeerAddress(ulong Id, IReadOnlyList<string> PeerUrls);
