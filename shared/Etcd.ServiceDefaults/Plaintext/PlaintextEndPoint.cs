using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>One protocol's side of a plaintext port, as Kestrel is given it. Immutable.</summary>
internal sealed class PlaintextEndPoint : EndPoint
{
    public PlaintextEndPoint(PlaintextPort port, HttpProtocols protocol)
    {
        Port = port;
        Protocol = protocol;
    }

    public PlaintextPort Port { get; }

    public HttpProtocols Protocol { get; }

    public override string ToString() => Port.EndPoint.ToString() ?? "";
}
