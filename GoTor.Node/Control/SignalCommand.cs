using GoTor.Client;
using GoTor.Client.ControlPort;
using GoTor.Protocol.ControlPort;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Control;

/// <summary>What signals do to a node.</summary>
internal interface ISignalTarget
{
    /// <summary>Reads the configuration again.</summary>
    void Reload();

    /// <summary>Ends the node.</summary>
    /// <param name="atOnce">Streams get no time to end.</param>
    void Stop(bool atOnce);

    /// <summary>Logs everything from now on.</summary>
    void LogEverything();

    /// <summary>Writes down how the node is.</summary>
    void LogStatus();
}

/// <summary>SIGNAL. control-spec §3.7.</summary>
internal sealed class SignalCommand : IDisposable
{
    /// <summary>NEWNYM acts this often at most, as in C tor: what comes sooner waits, and several make one.</summary>
    private static readonly TimeSpan NewNymInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly ControlServer _server;
    private readonly ClientParts _client;
    private readonly ISignalTarget _target;
    private readonly ITimer _newNymTimer;
    private long? _lastNewNym;
    private bool _newNymWaits;

    private SignalCommand(ControlServer server, ClientParts client, ISignalTarget target)
    {
        (_server, _client, _target) = (server, client, target);
        _newNymTimer = server.Time.CreateTimer(_ => NewNymDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public static SignalCommand AddTo(ControlServer server, ClientParts client, ISignalTarget target)
    {
        SignalCommand signals = new(server, client, target);
        server.Commands.Add("SIGNAL", new ControlSyntax { MinArguments = 1, MaxArguments = 1 }, (session, arguments) => signals.Take(session, arguments.Words[0]));
        return signals;
    }

    public void Dispose() => _newNymTimer.Dispose();

    /// <summary>Tells controllers that a signal was taken, wherever it came from.</summary>
    public void Announce(string name) => _server.Publish(ControlEventKind.Signal, "SIGNAL " + name);

    private ControlReply Take(ControlSession session, string word)
    {
        (string? announced, Action? act) = word.ToUpperInvariant() switch
        {
            "RELOAD" or "HUP" => ("RELOAD", _target.Reload),
            "SHUTDOWN" or "INT" => (null, () => _target.Stop(atOnce: false)),
            "HALT" or "TERM" => (null, () => _target.Stop(atOnce: true)),
            "DUMP" or "USR1" => ("DUMP", _target.LogStatus),
            "DEBUG" or "USR2" => ("DEBUG", _target.LogEverything),
            "NEWNYM" => (null, NewNym),
            "CLEARDNSCACHE" => ("CLEARDNSCACHE", _client.AddressMap.ClearTransient),
            "HEARTBEAT" => ("HEARTBEAT", _target.LogStatus),
            "ACTIVE" => ("ACTIVE", () => _client.Circuits.IsDormant = false),
            "DORMANT" => ("DORMANT", () => _client.Circuits.IsDormant = true),
            _ => ((string?)null, (Action?)null),
        };
        if (act is null)
            return ControlReply.Of(552, $"Unrecognized signal code \"{word}\"");
        session.AfterReply(() =>
        {
            if (announced is not null)
                Announce(announced);
            act();
        });
        return ControlReply.Ok;
    }

    private void NewNym()
    {
        lock (_lock)
        {
            if (_lastNewNym is { } last && _server.Time.GetElapsedTime(last) is var since && since < NewNymInterval)
            {
                if (!_newNymWaits)
                    _newNymTimer.Change(NewNymInterval - since, Timeout.InfiniteTimeSpan);
                _newNymWaits = true;
                return;
            }

            _lastNewNym = _server.Time.GetTimestamp();
        }

        BecomeAnother();
    }

    private void BecomeAnother()
    {
        _client.AddressMap.ClearTransient();
        _client.Circuits.RetireUsed();
        _client.StreamRecords.NextNymEpoch();

        // Now, not when it was asked for: whoever waits for the event may use new circuits.
        Announce("NEWNYM");
    }

    private void NewNymDue()
    {
        lock (_lock)
        {
            _newNymWaits = false;
            _lastNewNym = _server.Time.GetTimestamp();
        }

        BecomeAnother();
    }
}
