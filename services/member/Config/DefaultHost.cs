using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Etcd.Member.Config;

/// <summary>The address by which others most likely reach this machine.</summary>
internal static class DefaultHost
{
    /// <summary>IPv4 address of the first interface with a gateway; null when there is none.</summary>
    public static string? Find()
    {
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (card.OperationalStatus != OperationalStatus.Up)
            {
                continue;
            }

            var properties = card.GetIPProperties();
            if (properties.GatewayAddresses.Count == 0)
            {
                continue;
            }

            var address = properties.UnicastAddresses
                .FirstOrDefault(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork);
            if (address is not null)
            {
                return address.Address.ToString();
            }
        }

        return null;
    }
}
