using System.Net;

namespace Etcd.ServiceDefaults.Plaintext;

/// <summary>What the two sides of a plaintext port share. Written by Kestrel's start, in sequence.</summary>
internal sealed class PlaintextPort
{
    public PlaintextPort(EndPoint endPoint)
    {
        EndPoint = endPoint;
    }

    /// <summary>The real address, as asked for.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The socket's side, once it is bound.</summary>
    public PlaintextListener? Listener { get; set; }
}
