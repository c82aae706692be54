using System.Text.Json.Serialization;
using Etcd.StateMachine.Membership;

namespace Etcd.Member.Peers;

/// <summary>A member as <c>GET /members</c> lists it: etcd's <c>membership.Member</c> in Go's JSON.</summary>
internal sealed record MemberJson
{
    /// <summary>Member id, decimal.</summary>
    [JsonPropertyName("id")]
    public ulong Id { get; init; }

    /// <summary>Peer URLs.</summary>
    [JsonPropertyName("peerURLs")]
    public IReadOnlyList<string>? PeerUrls { get; init; }

    /// <summary>Without a vote; left out when false.</summary>
    [JsonPropertyName("isLearner")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLearner { get; init; }

    /// <summary>Published name; left out when empty.</summary>
    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Published client URLs; left out when there are none.</summary>
    [JsonPropertyName("clientURLs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ClientUrls { get; init; }

    /// <summary>The JSON form of a member.</summary>
    public static MemberJson Of(ClusterMember member) => new()
    {
        Id = member.Id,
        PeerUrls = member.PeerUrls,
        IsLearner = member.IsLearner,
        Name = member.Name.Length > 0 ? member.Name : null,
        ClientUrls = member.ClientUrls.Count > 0 ? member.ClientUrls : null,
    };

    /// <summary>The member of a JSON form.</summary>
    public ClusterMember ToMember() => new(Id, Name ?? "", PeerUrls ?? [], ClientUrls ?? [], IsLearner);
}
