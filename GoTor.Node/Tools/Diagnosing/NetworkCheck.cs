using System.Net;
using System.Net.Sockets;
using GoTor.Client;
using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Node.Configuration;

namespace GoTor.Node.Tools.Diagnosing;

/// <summary>
/// Connects by TCP to some of the directory servers that a fresh node would ask first, and to nobody else. Fallbacks, and authorities only
/// where there are no fallbacks.
/// </summary>
internal static class NetworkCheck
{
    private const string Name = "network";
    private const int Most = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="notice">Where it is said beforehand that somebody is about to be contacted.</param>
    public static async Task<Finding> RunAsync(NodeConfiguration configuration, TextWriter notice, CancellationToken cancellation)
    {
        IPEndPoint[] servers;
        try
        {
            servers = Choose(configuration.Client);
        }
        catch (TorException error)
        {
            return Finding.Bad(Name, error.Message, "Correct the configuration.");
        }

        if (servers.Length == 0)
            return Finding.Bad(Name, "There is no directory server that this configuration allows to be reached.", "Check ReachableAddresses, ClientUseIPv4 and ClientUseIPv6, and for private addresses ExtendAllowPrivateAddresses.");
        if (configuration.NetworkName == "public")
            await notice.WriteLineAsync($"Connecting to {servers.Length} directory servers of the public Tor network, as a starting node does. Whoever watches this machine's network can see that. --offline leaves it out.");
        bool[] reached = await Task.WhenAll(servers.Select(server => CanConnectAsync(server, cancellation)));
        int count = reached.Count(yes => yes);
        string text = $"{count} of {servers.Length} directory servers of the {configuration.NetworkName} network take connections.";
        return count == servers.Length ? Finding.Good(Name, text)
            : count > 0 ? Finding.Warning(Name, text, "Single servers are often away; if it stays so, a firewall may be in the way: see ReachableAddresses.")
            : Finding.Bad(Name, text, "Is there a connection at all, or a page to log in at first (captive portal)? Or does a firewall block Tor?");
    }

    /// <exception cref="TorException">The configuration names no network that can be trusted.</exception>
    private static IPEndPoint[] Choose(TorClientOptions options)
    {
        DirectorySetup setup = DirectorySetup.From(options, ClientPathConstraints.Compile(options), options.DataDirectory);
        IPEndPoint[] allowed = [.. (setup.Fallbacks.Count > 0 ? setup.Fallbacks : setup.Authorities).SelectMany(server => server.Target.OrPorts)];
        Random.Shared.Shuffle(allowed);
        return [.. allowed.Take(Most)];
    }

    private static async Task<bool> CanConnectAsync(IPEndPoint server, CancellationToken cancellation)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await socket.ConnectAsync(server, limit.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
