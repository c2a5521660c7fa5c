using System.Diagnostics.Metrics;
using System.Net;
using GoTor.Client;
using GoTor.Client.ControlPort;
using GoTor.Client.ControlPort.Info;
using GoTor.Node.Configuration;
using GoTor.Node.Hosting;
using GoTor.Node.Logging;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Crypto;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Control;

/// <summary>The control ports of a node: what a controller sees and does, put together.</summary>
internal sealed class NodeControl : IAsyncDisposable
{
    private readonly ClientControl _client;

    /// <param name="effective">What an option is that no line sets and that has no fixed default.</param>
    /// <param name="listeners">Where ports of a kind listen.</param>
    public NodeControl(
        RunningConfiguration running,
        Func<string, string?> effective,
        ClientParts client,
        ISignalTarget target,
        Func<string, IReadOnlyList<EndPoint>> listeners,
        TorLoggerProvider logs,
        IMeterFactory meters,
        ILoggerFactory loggers)
    {
        Server = new ControlServer(Version, TorRandom.Secure, client.Time, new ControlMetrics(meters), loggers.CreateLogger<ControlServer>());
        InfoKeys keys = new(Server.Commands);
        ProcessInfo.AddTo(keys, Server);
        ConfigurationCommands.AddTo(Server.Commands, keys, running, effective);
        Signals = SignalCommand.AddTo(Server, client, target);
        _client = new ClientControl(Server, keys, client, listeners);
        running.Changed += Announce;
        logs.Listen(new TorLoggerProvider.LogListener(
            severity => Server.Wants(EventOf(severity)),
            (severity, line) => Server.Publish(EventOf(severity), $"{ControlEvents.NameOf(EventOf(severity))} {line}")));
    }

    /// <summary>No spaces within the parentheses: controllers take the text apart at spaces.</summary>
    public static string Version { get; } = $"{ControlServer.SpokenVersion} (GoTor-{NodeProgram.Version})";

    public ControlServer Server { get; }

    public SignalCommand Signals { get; }

    /// <summary>A controller that owned this node has gone.</summary>
    public Task OwnerLeft => Server.OwnerLeft;

    public Task StartAsync(NodeConfiguration configuration) => Server.StartAsync(configuration.Control);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _client.DisposeAsync();
        Signals.Dispose();
    }

    private static ControlEventKind EventOf(LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => ControlEventKind.Debug,
        LogSeverity.Info => ControlEventKind.Info,
        LogSeverity.Notice => ControlEventKind.Notice,
        LogSeverity.Warn => ControlEventKind.Warn,
        _ => ControlEventKind.Err,
    };

    private void Announce(IReadOnlyList<KeyValuePair<string, string?>> changes)
    {
        ControlReply reply = new ControlReply().Line(650, "CONF_CHANGED");
        foreach ((string option, string? value) in changes)
            reply.Line(650, value is null ? option : $"{option}={value}");
        Server.Publish(ControlEventKind.ConfChanged, reply.Line(650, "OK"));
    }
}
