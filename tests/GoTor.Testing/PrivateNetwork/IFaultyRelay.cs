using System.Net;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>A relay of a network under test, C tor's or the sandbox's, that can be killed, frozen and brought back.</summary>
internal interface IFaultyRelay
{
    string Name { get; }

    IPEndPoint OrPort { get; }

    /// <summary>Its RSA identity in upper-case hex.</summary>
    string Fingerprint { get; }

    /// <summary>Ends it like a crash: its connections break, its port is closed.</summary>
    Task KillAsync();

    /// <summary>Brings it back with the same keys and port, and waits until it takes connections.</summary>
    Task RestartAsync(CancellationToken cancel = default);

    /// <summary>Stops answering while its connections stay open.</summary>
    void Freeze();

    void Thaw();
}
