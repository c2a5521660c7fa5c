using System.Net;
using System.Net.Sockets;

namespace GoTor.MetricsGateway.Dashboard.Live;

/// <summary>How many pages are open, and from where: nobody alone can take all places. Its owner's lock guards it.</summary>
internal sealed class LivePlaces
{
    /// <summary>Pages that may be open at once.</summary>
    public const int Most = 100;

    /// <summary>Of one remote address; of IPv6 one network of 64 bits, since that is what one machine has.</summary>
    public const int MostOfOne = 10;

    /// <summary>Of this machine, which may be a proxy for many.</summary>
    public const int MostOfLoopback = 80;

    private readonly Dictionary<IPAddress, int> _bySource = [];
    private int _taken;

    /// <summary>Takes a place.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTake(IPAddress address)
    {
        IPAddress source = SourceOf(address);
        int own = _bySource.GetValueOrDefault(source);
        if (_taken >= Most || own >= (IPAddress.IsLoopback(source) ? MostOfLoopback : MostOfOne))
            return false;
        _bySource[source] = own + 1;
        _taken++;
        return true;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(IPAddress address)
    {
        IPAddress source = SourceOf(address);
        if (--_bySource[source] == 0)
            _bySource.Remove(source);
        _taken--;
    }

    private static IPAddress SourceOf(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
            return IPAddress.Loopback;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        byte[] network = address.GetAddressBytes();
        network.AsSpan(8).Clear();
        return new IPAddress(network);
    }
}
