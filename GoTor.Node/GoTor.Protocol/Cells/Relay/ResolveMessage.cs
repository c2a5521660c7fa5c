using System.Globalization;
using System.Net;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Asks the exit's resolver for a name, or with <see cref="ForAddress"/> for the name of an address.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/remote-hostname-lookup.html</remarks>
internal sealed record ResolveMessage(string Name) : IRelayMessage<ResolveMessage>
{
    public static RelayCommand Command => RelayCommand.Resolve;

    public static ResolveMessage Decode(ref WireReader body) => new(NulTerminated.Read(ref body));

    public void Encode(ref WireWriter body) => NulTerminated.Write(ref body, Name);

    /// <summary>The reverse lookup of an address: its name under in-addr.arpa or ip6.arpa.</summary>
    public static ResolveMessage ForAddress(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        var name = new StringBuilder();
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            if (bytes.Length == 4)
                name.Append(CultureInfo.InvariantCulture, $"{bytes[i]}.");
            else
                name.Append(CultureInfo.InvariantCulture, $"{bytes[i] & 15:x}.{bytes[i] >> 4:x}.");
        }

        return new ResolveMessage(name.Append(bytes.Length == 4 ? "in-addr.arpa" : "ip6.arpa").ToString());
    }

    public override string ToString() => "RESOLVE [scrubbed]";
}
