using System.Diagnostics.Metrics;
using GoTor.Client.ControlPort;
using GoTor.Client.ControlPort.Info;
using GoTor.Node.Configuration;
using GoTor.Node.Hosting;
using GoTor.Protocol.Crypto;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Control;

/// <summary>The control ports of a node: what a controller sees and does, put together.</summary>
internal sealed class NodeControl : IAsyncDisposable
{
    /// <summary>The release of C tor whose protocol this is: controllers compare it with what they need.</summary>
    private const string SpokenVersion = "0.4.9.11";

    private readonly ControlServer _server;

    public NodeControl(RunningConfiguration running, Func<string, string?> effective, IMeterFactory meters, ILoggerFactory loggers)
    {
        _server = new ControlServer(Version, TorRandom.Secure, TimeProvider.System, new ControlMetrics(meters), loggers.CreateLogger<ControlServer>());
        Keys = new InfoKeys(_server.Commands);
        ProcessInfo.AddTo(Keys, _server);
        ConfigurationCommands.AddTo(_server.Commands, Keys, running, effective);
    }

    /// <summary>No spaces within the parentheses: controllers take the text apart at spaces.</summary>
    public static string Version { get; } = $"{SpokenVersion} (GoTor-{NodeProgram.Version})";

    public ControlServer Server => _server;

    public InfoKeys Keys { get; }

    /// <summary>A controller that owned this node has gone.</summary>
    public Task OwnerLeft => _server.OwnerLeft;

    public Task StartAsync(NodeConfiguration configuration) => _server.StartAsync(configuration.Control);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
