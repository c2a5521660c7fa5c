using System.Globalization;
using GoTor.Client.Circuits;
using GoTor.Client.ControlPort.Info;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Network;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.ControlPort.Commands;

/// <summary>EXTENDCIRCUIT, SETCIRCUITPURPOSE, CLOSECIRCUIT, DROPGUARDS and DROPTIMEOUTS. Answers are C tor's.</summary>
internal sealed class CircuitCommands
{
    private readonly ClientParts _client;
    private readonly ILogger _logger;

    private CircuitCommands(ClientParts client, ILogger logger) => (_client, _logger) = (client, logger);

    public static void AddTo(ControlCommands commands, ClientParts client, ILogger logger)
    {
        CircuitCommands circuits = new(client, logger);
        ControlSyntax one = new() { MinArguments = 1, MaxArguments = 1, TakesKeywords = true, Style = KeyValueStyle.OmitValues };
        commands.Add("EXTENDCIRCUIT", one, (_, arguments) => circuits.Extend(arguments));
        commands.Add("SETCIRCUITPURPOSE", new ControlSyntax { MinArguments = 1, MaxArguments = 1, TakesKeywords = true }, (_, arguments) => circuits.SetPurpose(arguments));
        commands.Add("CLOSECIRCUIT", one, circuits.CloseAsync);
        commands.Add("DROPGUARDS", new ControlSyntax { MaxArguments = 0 }, (_, _) => circuits.DropGuards());
        commands.Add("DROPTIMEOUTS", new ControlSyntax { MaxArguments = 0 }, (_, _) => circuits.DropTimeouts());
    }

    /// <summary>A circuit by its number in text; null when there is none.</summary>
    public static CircuitRecord? Find(ClientParts client, string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? client.CircuitRecords.Find(number) : null;

    private static CircuitPurpose? Purpose(string text) =>
        (text.StartsWith("purpose=", StringComparison.OrdinalIgnoreCase) ? text["purpose=".Length..] : text).ToUpperInvariant() switch
        {
            "GENERAL" => CircuitPurpose.General,
            "CONTROLLER" => CircuitPurpose.Controller,
            _ => null,
        };

    private ControlReply Extend(ControlArguments arguments)
    {
        string id = arguments.Words[0];
        // The path may hold an equals sign: $FINGERPRINT=nickname.
        string? path = arguments.Keywords is [(string key, string value), ..] && (value.Length == 0 || key.StartsWith('$'))
            ? value.Length == 0 ? key : $"{key}={value}"
            : null;
        CircuitPurpose purpose = CircuitPurpose.General;
        if (arguments.Find("PURPOSE") is { } wanted)
        {
            if (Purpose(wanted) is not { } known)
                return ControlReply.Of(552, $"Unknown purpose \"{wanted}\"");
            purpose = known;
        }

        if (id == "0" && path is null)
            return Extended(_client.Circuits.Launch(purpose), "Couldn't start circuit");
        CircuitRecord? circuit = id == "0" ? null : Find(_client, id);
        if (id != "0" && circuit is null)
            return ControlReply.Of(552, $"Unknown circuit \"{id}\"");
        if (path is null)
            return ControlReply.Of(512, "syntax error: path required.");
        List<Relay> relays = [];
        foreach (string name in path.Split(','))
        {
            if (RelayText.Find(_client.Directory.Current, name) is not { } relay)
                return ControlReply.Of(552, $"No such router \"{name}\"");
            if (!relay.IsUsable)
                return ControlReply.Of(552, $"No descriptor for \"{name}\"");
            relays.Add(relay);
        }

        return circuit is null ? Launch(relays, purpose) : Lengthen(circuit, relays);
    }

    private ControlReply Launch(List<Relay> relays, CircuitPurpose purpose)
    {
        List<HopTarget> hops = [.. relays.Select(PathPlanner.HopOf)];
        if (_client.Guards.Constraints.DiallableOrPorts(relays[0]) is not { Count: > 0 } addresses)
            return ControlReply.Of(551, "Couldn't start circuit");
        hops[0] = PathPlanner.HopOf(relays[0], addresses);
        return Extended(_client.Circuits.LaunchAlong(hops, relays[^1], purpose), "Couldn't start circuit");
    }

    private ControlReply Lengthen(CircuitRecord circuit, List<Relay> relays) =>
        _client.Circuits.Lengthen(circuit.Number, [.. relays.Select(PathPlanner.HopOf)], relays[^1])
            ? Extended(circuit, "")
            : ControlReply.Of(551, "Couldn't send onion skin");

    private static ControlReply Extended(CircuitRecord? circuit, string problem) =>
        circuit is null ? ControlReply.Of(551, problem) : ControlReply.Of(250, string.Create(CultureInfo.InvariantCulture, $"EXTENDED {circuit.Number}"));

    private ControlReply SetPurpose(ControlArguments arguments)
    {
        string id = arguments.Words[0];
        if (Find(_client, id) is not { } circuit)
            return ControlReply.Of(552, $"Unknown circuit \"{id}\"");
        if (arguments.Find("PURPOSE") is not { } wanted)
            return ControlReply.Of(552, "No purpose given");
        if (Purpose(wanted) is not { } purpose)
            return ControlReply.Of(552, $"Unknown purpose \"{wanted}\"");
        return _client.Circuits.SetPurpose(circuit.Number, purpose) ? ControlReply.Ok : ControlReply.Of(552, $"Unknown circuit \"{id}\"");
    }

    private async ValueTask<ControlReply> CloseAsync(ControlSession session, ControlArguments arguments)
    {
        string id = arguments.Words[0];
        if (Find(_client, id) is not { } circuit)
            return ControlReply.Of(552, $"Unknown circuit \"{id}\"");
        if (!arguments.HasFlag("IfUnused") || circuit.Circuit is not { OpenStreams: > 0 })
            await circuit.CloseAsync();
        return ControlReply.Ok;
    }

    private ControlReply DropGuards()
    {
        _logger.Dangerous("DROPGUARDS");
        _client.Guards.DropAll();
        _client.Directory.GuardsChanged();
        _client.Circuits.RetireAll();
        return ControlReply.Ok;
    }

    private ControlReply DropTimeouts()
    {
        _logger.Dangerous("DROPTIMEOUTS");
        _client.BuildTimeout.Reset();
        return ControlReply.Ok;
    }
}
