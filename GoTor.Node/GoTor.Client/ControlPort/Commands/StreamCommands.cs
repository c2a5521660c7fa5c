using System.Globalization;
using GoTor.Client.Circuits;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Socks;

namespace GoTor.Client.ControlPort.Commands;

/// <summary>ATTACHSTREAM, REDIRECTSTREAM and CLOSESTREAM. Answers are C tor's.</summary>
internal sealed class StreamCommands
{
    private readonly ClientParts _client;

    private StreamCommands(ClientParts client) => _client = client;

    public static void AddTo(ControlCommands commands, ClientParts client)
    {
        StreamCommands streams = new(client);
        commands.Add(
            "ATTACHSTREAM",
            new ControlSyntax { MinArguments = 2, MaxArguments = 2, TakesKeywords = true, Keywords = ["HOP"] },
            (_, arguments) => streams.Attach(arguments));
        commands.Add("REDIRECTSTREAM", new ControlSyntax { MinArguments = 2 }, (_, arguments) => streams.Redirect(arguments.Words));
        commands.Add("CLOSESTREAM", new ControlSyntax { MinArguments = 2 }, (_, arguments) => streams.Close(arguments.Words));
    }

    private static ControlReply NotManaged => ControlReply.Of(555, "Connection is not managed by controller.");

    private static ControlReply NotOpen => ControlReply.Of(551, "Can't attach stream to non-open origin circuit");

    private StreamRecord? Find(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? _client.StreamRecords.Find(number) : null;

    private static ControlReply UnknownStream(string id) => ControlReply.Of(552, $"Unknown stream \"{id}\"");

    private ControlReply Attach(ControlArguments arguments)
    {
        (string streamId, string circuitId) = (arguments.Words[0], arguments.Words[1]);
        if (Find(streamId) is not { } stream)
            return UnknownStream(streamId);
        CircuitRecord? circuit = circuitId == "0" ? null : CircuitCommands.Find(_client, circuitId);
        if (circuitId != "0" && circuit is null)
            return ControlReply.Of(552, $"Unknown circuit \"{circuitId}\"");
        int hop = 0;
        if (circuit is not null && arguments.Find("HOP") is { } hopText && !int.TryParse(hopText, NumberStyles.None, CultureInfo.InvariantCulture, out hop))
            return ControlReply.Of(552, $"Bad value hop={hopText}");
        if (stream.Progress != StreamProgress.ControllerWait)
            return NotManaged;
        if (circuit is null)
        {
            return stream.TryAttach(null) ? ControlReply.Ok : NotManaged;
        }

        if (circuit.Progress != CircuitProgress.Built)
            return NotOpen;
        if (circuit.HopsBuilt < 2 || hop == 1)
            return ControlReply.Of(551, "Can't attach stream to this one-hop circuit.");
        if (hop > circuit.HopsBuilt)
            return ControlReply.Of(551, string.Create(CultureInfo.InvariantCulture, $"Circuit doesn't have {hop} hops."));
        // Streams leave at the last hop only: one in the middle would have to serve as an exit without having been chosen as one.
        if (hop > 0 && hop < circuit.HopsBuilt)
            return ControlReply.Of(551, "Unable to attach stream");
        if (_client.Circuits.TryLease(circuit.Number, stream.Request.Isolation) is not { } lease)
            return NotOpen;
        if (stream.TryAttach(lease))
            return ControlReply.Ok;
        lease.Dispose();
        return NotManaged;
    }

    private ControlReply Redirect(IReadOnlyList<string> words)
    {
        if (Find(words[0]) is not { } stream)
            return UnknownStream(words[0]);
        ushort port = stream.Request.Port;
        if (words.Count > 2 && (!ushort.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port == 0))
            return ControlReply.Of(512, $"Cannot parse port \"{words[2]}\"");
        if (stream.IsReverse)
            return ControlReply.Of(551, "A reverse lookup cannot be redirected");
        StreamRequest request = stream.Request;
        if (ControllerDestinations.Judge(_client, stream.IsResolve ? SocksCommand.Resolve : SocksCommand.Connect, words[1], port, request)
            is not ({ Verdict: DestinationVerdict.Allowed } destination, MappedRequest mapped))
            return ControlReply.Of(551, "No stream may go there");
        // An address says which family it needs.
        bool isIPv4 = destination.Address is { } v4 && HostName.IsIPv4(v4);
        bool isIPv6 = destination.Address is { } v6 && !HostName.IsIPv4(v6);
        StreamRequest redirected = request with
        {
            Host = destination.Host,
            Port = port,
            IPv4Traffic = request.IPv4Traffic && !isIPv6,
            IPv6Traffic = request.IPv6Traffic && !isIPv4,
            Exit = mapped.Exit ?? request.Exit,
        };
        return stream.TryRedirect(redirected) ? ControlReply.Ok : ControlReply.Of(551, "The exit has been asked already");
    }

    private ControlReply Close(IReadOnlyList<string> words)
    {
        if (Find(words[0]) is not { } stream)
            return UnknownStream(words[0]);
        if (!byte.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte reason))
            return ControlReply.Of(552, $"Unrecognized reason \"{words[1]}\"");
        stream.Close((EndReason)reason);
        return ControlReply.Ok;
    }
}
