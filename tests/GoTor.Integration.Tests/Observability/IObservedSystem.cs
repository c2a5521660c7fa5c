using System.Net;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Observability;

/// <summary>A node of a network on this machine and the gateway that it reports to, however they were started.</summary>
internal interface IObservedSystem
{
    /// <summary>What the node is called in the gateway.</summary>
    const string Node = "node";

    /// <summary>What the node's network leads to. A test that asks for it is skipped where there can be no network.</summary>
    TargetServer Target { get; }

    /// <summary>Asks the gateway. It retries nothing.</summary>
    HttpClient Gateway { get; }

    /// <summary>The node's SOCKS port, another one after each start perhaps.</summary>
    IPEndPoint Socks { get; }

    /// <summary>Ends the node as a crash does, and waits until it is gone.</summary>
    Task KillNodeAsync();

    /// <summary>Ends the node as an operator does, and waits until it is gone.</summary>
    Task StopNodeAsync();

    /// <summary>Starts the node again.</summary>
    Task StartNodeAsync();

    Task KillGatewayAsync();

    Task StartGatewayAsync();
}
