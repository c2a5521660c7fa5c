using System.Net;
using System.Net.Sockets;
using GoTor.Client.Circuits;
using GoTor.Client.ControlPort;
using GoTor.Client.ControlPort.Commands;
using GoTor.Client.Proxies;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Client.Tests.Proxies;
using GoTor.Client.Tests.Storage;
using GoTor.Protocol.Crypto;
using GoTor.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Client.Tests.ControlPort;

/// <summary>
/// A controller at a control port, with the commands about streams and lookups behind it. Lookups go to <see cref="Tor"/>; streams are those
/// of <see cref="Circuits"/>, over a scripted network, and wait for the controller.
/// </summary>
internal sealed class CommandHarness : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly TestMeterFactory _meters = new();
    private readonly TorClient _client;
    private readonly ControlServer _server;
    private readonly ResolveCommand _resolve;
    private readonly TcpClient _socket = new();
    private StreamReader _reader = StreamReader.Null;

    private CommandHarness(TorClientOptions options)
    {
        Circuits = new ManagerHarness(options: options with { DataDirectory = _folder["manager"] });
        _client = TorClient.Open(options with { DataDirectory = _folder.FullPath }, NullLoggerFactory.Instance, _meters, Circuits.Time, TorRandom.Secure);
        ClientParts parts = _client.Parts with
        {
            Circuits = Circuits.Manager,
            CircuitRecords = Circuits.CircuitRecords,
            StreamRecords = Circuits.StreamRecords,
            Streams = Tor,
        };
        _server = new ControlServer("0.4.9.11", TorRandom.Secure, TimeProvider.System, new ControlMetrics(_meters), NullLogger<ControlServer>.Instance);
        StreamCommands.AddTo(_server.Commands, parts);
        _resolve = ResolveCommand.AddTo(_server, parts);
    }

    public FakeConnector Tor { get; } = new();

    public ManagerHarness Circuits { get; }

    public static async Task<CommandHarness> StartAsync(Func<TorClientOptions, TorClientOptions>? change = null)
    {
        TorClientOptions options = new() { DataDirectory = "", UseEntryGuards = false, LearnCircuitBuildTimeout = false, LeaveStreamsUnattached = true };
        CommandHarness harness = new(change?.Invoke(options) ?? options);
        await harness._server.StartAsync(new ControlPortOptions { Listeners = [SocksPortOptions.Parse("127.0.0.1:auto")] });
        await harness._socket.ConnectAsync((IPEndPoint)harness._server.LocalEndPoints[0]);
        harness._reader = new StreamReader(harness._socket.GetStream());
        Assert.Equal("250 OK", await harness.SendAsync("AUTHENTICATE"));
        return harness;
    }

    /// <returns>The next line, which is the answer where no event is under way.</returns>
    public async Task<string> SendAsync(string command)
    {
        await _socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        return await ReadAsync();
    }

    public async Task<string> ReadAsync() => await _reader.ReadLineAsync().WaitAsync(CircuitHarness.Patience) ?? "(end)";

    /// <summary>A stream or lookup that waits for the controller.</summary>
    public async Task<(Task Opening, StreamRecord Record)> OpenAsync(Func<StreamConnector, Task> open)
    {
        Task opening = open(Circuits.Connector);
        await CircuitHarness.EventuallyAsync(() => Circuits.StreamRecords.Current.Any(record => record.Progress == StreamProgress.ControllerWait));
        return (opening, Circuits.StreamRecords.Current.Single(record => record.Progress == StreamProgress.ControllerWait));
    }

    public Task<(Task Opening, StreamRecord Record)> ConnectAsync(string host = "echo") =>
        OpenAsync(connector => connector.ConnectAsync(ManagerHarness.Request(host), CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _socket.Dispose();
        await _server.DisposeAsync();
        await _resolve.DisposeAsync();
        await Circuits.DisposeAsync();
        await _client.DisposeAsync();
        _meters.Dispose();
        _folder.Dispose();
    }
}
