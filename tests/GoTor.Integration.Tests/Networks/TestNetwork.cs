using System.Net;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Networks;

/// <summary>A stream as its exit knows it.</summary>
/// <param name="Circuit">The same for streams of one circuit. A stream over several joined circuits (conflux) is listed for each of them.</param>
/// <param name="Connection">The same for one stream of one exit.</param>
internal readonly record struct ExitStream(string Exit, object Circuit, object Connection, int TargetPort);

/// <summary>
/// The network that scenarios run on, and one client of ours in it, a process of its own. Tests that change the client start their own. There
/// are two kinds: the sandbox runs everywhere, C tor's relays where they are installed. The environment variable <c>GOTOR_TEST_CLIENT</c>
/// names another program to test: a build of the node, or <c>tor</c> to see what C tor does.
/// </summary>
public abstract class TestNetwork : IAsyncLifetime
{
    private ClientProcess? _client;

    internal static ClientProgram Program { get; } = Environment.GetEnvironmentVariable("GOTOR_TEST_CLIENT") switch
    {
        null or "" => ClientProgram.GoTor,
        "tor" => ClientProgram.CTor,
        string path => ClientProgram.Node(path),
    };

    /// <summary>Torrc lines that make a client one of this network. A test that asks for anything of a network is skipped where there is none.</summary>
    internal abstract IReadOnlyList<string> ClientTorrcLines { get; }

    internal abstract IReadOnlyList<IFaultyRelay> Relays { get; }

    /// <summary>Those relays that clients choose for the first hop.</summary>
    internal abstract IReadOnlyList<IFaultyRelay> Guards { get; }

    internal abstract TargetServer Target { get; }

    /// <summary>Names that the exits have looked up so far. They know <c>*.test</c> names that the scenarios use, and <c>nx.*</c> are none.</summary>
    internal abstract int NameLookups { get; }

    /// <summary>Requests for documents that clients need, served by all relays so far.</summary>
    internal abstract int DirectoryRequests { get; }

    /// <summary>An address whose name is <c>reverse.test</c>.</summary>
    internal abstract string ReverseAddress { get; }

    /// <summary>The exits' account of the streams to some ports of 127.0.0.1, once they know of as many as expected.</summary>
    internal abstract Task<ExitStream[]> StreamsAsync(IReadOnlyCollection<int> targetPorts, int expected);

    /// <returns>A new empty folder that goes when the network goes, for a client's data.</returns>
    internal abstract string NewFolder(string name);

    /// <summary>The client that most tests share, bootstrapped.</summary>
    internal async Task<ClientProcess> ClientAsync() => _client ??= await StartAsync();

    /// <summary>Starts a client of the test's own, with a data directory of its own, and waits until it can fetch.</summary>
    internal Task<ClientProcess> StartAsync(params IEnumerable<string> torrcLines) => StartInAsync(NewFolder("client"), torrcLines);

    /// <summary>The same on a data directory that may have been used before.</summary>
    internal Task<ClientProcess> StartInAsync(string folder, params IEnumerable<string> torrcLines) =>
        StartAsync(Program, folder, torrcLines);

    internal Task<ClientProcess> StartAsync(ClientProgram program, string folder, params IEnumerable<string> torrcLines) =>
        ClientProcess.StartAsync(program, folder, ClientTorrcLines.Concat(torrcLines));

    public abstract Task InitializeAsync();

    public async Task DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await StopAsync();
    }

    private protected abstract Task StopAsync();
}
