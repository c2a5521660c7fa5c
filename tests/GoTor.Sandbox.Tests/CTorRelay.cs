using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Wire;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Sandbox.Tests;

/// <summary>A relay of C tor that runs beside a sandbox: how it is started, and how the sandbox describes it.</summary>
internal static class CTorRelay
{
    public static IEnumerable<string> Torrc(IPEndPoint orPort, RelayFlags place = RelayFlags.None) =>
    [
        "Nickname ctor", "Address 127.0.0.1", $"ORPort {orPort} IPv4Only", "AssumeReachable 1", "PublishServerDescriptor 0",
        "GeoIPFile /dev/null", "GeoIPv6File /dev/null",
        // It is asked for addresses only, and no name server is to be asked for anything.
        .. place == RelayFlags.Exit ? RelayTorrc.Exit("/dev/null") : ["ExitRelay 0"],
    ];

    public static RelayDraft Describe(string data, IPEndPoint orPort, RelayFlags place) => new()
    {
        Nickname = "ctor",
        RsaIdentity = RsaIdentity.TryParseHex(File.ReadAllText(Path.Combine(data, "fingerprint")).Split(' ')[1].Trim(), out RsaIdentity rsa)
            ? rsa
            : throw new FormatException("fingerprint"),
        Ed25519Identity = new Ed25519Identity(Convert.FromBase64String(File.ReadAllText(Path.Combine(data, "fingerprint-ed25519")).Split(' ')[1].Trim() + "=")),
        // The file has a header of 32 bytes, the secret key, and the public one.
        NtorOnionKey = File.ReadAllBytes(Path.Combine(data, "keys", "secret_onion_key_ntor")).AsMemory(64, 32),
        OrPort = orPort,
        Flags = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.Valid | place
            // Clients take no guard that serves no directory.
            | (place == RelayFlags.Guard ? RelayFlags.V2Dir : RelayFlags.None),
        Bandwidth = 10_000,
        ExitPolicy = place == RelayFlags.Exit ? "accept 1-65535" : null,
    };
}
