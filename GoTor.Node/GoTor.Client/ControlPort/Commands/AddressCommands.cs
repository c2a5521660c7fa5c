using GoTor.Client.ControlPort.Events;
using GoTor.Client.ControlPort.Info;
using GoTor.Client.Proxies.Mapping;
using GoTor.Protocol.ControlPort;

namespace GoTor.Client.ControlPort.Commands;

/// <summary>MAPADDRESS, GETINFO address-mappings/… and ADDRMAP events. control-spec §3.8.</summary>
internal sealed class AddressCommands : IDisposable
{
    private readonly ControlServer _server;
    private readonly AddressMap _map;

    private AddressCommands(ControlServer server, AddressMap map) => (_server, _map) = (server, map);

    public static AddressCommands AddTo(ControlServer server, InfoKeys keys, AddressMap map)
    {
        AddressCommands addresses = new(server, map);
        server.Commands.Add("MAPADDRESS", new ControlSyntax { MaxArguments = 0, TakesKeywords = true }, (_, arguments) => addresses.Map(arguments.Keywords));
        keys.AddPrefix("address-mappings/", null, (_, key) => key["address-mappings/".Length..] switch
        {
            "all" => addresses.List(AddressMapList.All),
            "cache" => addresses.List(AddressMapList.Cache),
            "config" => addresses.List(AddressMapList.Config),
            "control" => addresses.List(AddressMapList.Control),
            _ => InfoAnswer.Unknown,
        });
        keys.Document("address-mappings/all", "Current address mappings.");
        keys.Document("address-mappings/cache", "Current cached DNS replies.");
        keys.Document("address-mappings/config", "Current address mappings from configuration.");
        keys.Document("address-mappings/control", "Current address mappings from controller.");
        map.Mapped += addresses.Tell;
        return addresses;
    }

    public void Dispose() => _map.Mapped -= Tell;

    private ControlReply Map(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        if (pairs.Count == 0)
            return ControlReply.Of(512, "syntax error: not enough arguments to mapaddress.");
        ControlReply reply = new();
        foreach ((string from, string to) in pairs)
        {
            VirtualAddressKind? kind = from switch
            {
                "." => VirtualAddressKind.Hostname,
                "0.0.0.0" => VirtualAddressKind.IPv4,
                "::" or "::0" => VirtualAddressKind.IPv6,
                _ => null,
            };
            string? error = null;
            if (!AddressMap.IsValidTarget(to))
                reply.Line(512, $"syntax error: invalid address '{to}'");
            else if (kind is { } wanted)
                _ = _map.MapVirtual(wanted, to) is { } address ? reply.Line(250, $"{address}={to}") : reply.Line(451, $"resource exhausted: skipping '{from}={to}'");
            else if (_map.TryMap(from, to, AddressMapSource.Controller, out error))
                reply.Line(250, $"{from}={to}");
            else
                reply.Line(512, $"syntax error: invalid address mapping  '{from}={to}': {error}");
        }

        return reply;
    }

    private string List(AddressMapList list) =>
        string.Join("\r\n", _map.List(list).Select(mapping => $"{mapping.From} {mapping.To} {(mapping.Expires is { } end ? $"\"{ClientEventText.Time(end.UtcDateTime)}\"" : "NEVER")}"));

    private void Tell(AddressMapping mapping)
    {
        if (_server.Wants(ControlEventKind.AddrMap))
            _server.Publish(ControlEventKind.AddrMap, ClientEventText.AddressMapped(mapping, _server.Time));
    }
}
