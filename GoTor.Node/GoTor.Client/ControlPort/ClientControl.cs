using System.Net;
using GoTor.Client.ControlPort.Commands;
using GoTor.Client.ControlPort.Events;
using GoTor.Client.ControlPort.Info;

namespace GoTor.Client.ControlPort;

/// <summary>Everything about a client that a controller sees and turns, put into a server.</summary>
internal sealed class ClientControl : IAsyncDisposable
{
    private readonly ClientEventFeed _feed;
    private readonly ResolveCommand _resolve;
    private readonly AddressCommands _addresses;

    /// <param name="listeners">Where ports of a kind listen, by the names of net/listeners/….</param>
    public ClientControl(ControlServer server, InfoKeys keys, ClientParts client, Func<string, IReadOnlyList<EndPoint>> listeners)
    {
        NetworkInfo.AddTo(keys, client);
        StateInfo.AddTo(keys, client, listeners);
        CircuitCommands.AddTo(server.Commands, client, server.Logger);
        StreamCommands.AddTo(server.Commands, client);
        _addresses = AddressCommands.AddTo(server, keys, client.AddressMap);
        _resolve = ResolveCommand.AddTo(server, client);
        _feed = new ClientEventFeed(server, client, keys);
    }

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        _addresses.Dispose();
        await _resolve.DisposeAsync();
    }
}
