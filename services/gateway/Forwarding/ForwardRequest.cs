using Etcd.Gateway.Cluster;
using Etcd.Gateway.Routing;
using Microsoft.AspNetCore.Http;

namespace Etcd.Gateway.Forwarding;

/// <summary>One client's request on its way, over all attempts. Used by one request's code alone.</summary>
internal sealed class ForwardRequest
{
    public ForwardRequest(HttpContext context, RoutePlan route, bool isGrpc)
    {
        Context = context;
        Route = route;
        IsGrpc = isGrpc;
    }

    /// <summary>The client's request and response.</summary>
    public HttpContext Context { get; }

    /// <summary>How it is routed.</summary>
    public RoutePlan Route { get; set; }

    /// <summary>Whether the answer is gRPC's: statuses in trailers.</summary>
    public bool IsGrpc { get; }

    /// <summary>Whether it changes nothing and can be sent again, even if a member has seen it.</summary>
    public bool IsRepeatable { get; set; }

    /// <summary>Set by the body's stream when the forwarder reads from it, that is, when it is being sent.</summary>
    public bool IsSent { get; set; }

    /// <summary>The member of the last attempt; null before the first.</summary>
    public MemberEndpoint? Member { get; private set; }

    /// <summary>Whether that member was asked as the leader.</summary>
    public bool AskedLeader { get; private set; }

    /// <summary>When it began to wait for a member, in ticks of the time provider; null if it never did.</summary>
    public long? WaitingSince { get; set; }

    /// <summary>Puts the stream that notices sending before the body.</summary>
    public ForwardRequest WithTrackedBody()
    {
        Context.Request.Body = new OutgoingBody(Context.Request.Body, this);
        return this;
    }

    /// <summary>Begins an attempt; the body starts anew if it can be sent again.</summary>
    public void Prepare(MemberEndpoint member, bool asLeader)
    {
        Member = member;
        AskedLeader = asLeader;
        IsSent = false;
        (Context.Request.Body as OutgoingBody)?.Rewind();
    }
}
