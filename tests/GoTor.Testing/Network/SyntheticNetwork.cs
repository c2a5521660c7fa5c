using System.Buffers.Binary;
using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.Network;

/// <summary>Relays and networks that exist only in tests.</summary>
internal static class SyntheticNetwork
{
    public const RelayFlags Usual = RelayFlags.Running | RelayFlags.Valid | RelayFlags.Fast | RelayFlags.Stable | RelayFlags.V2Dir;

    public const RelayFlags UsualGuard = Usual | RelayFlags.Guard;

    public static readonly DateTimeOffset Epoch = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The weights of the public consensus of 2023-06-01, rounded: exits scarce, guards plenty.</summary>
    public static readonly Dictionary<string, int> Weights = new()
    {
        ["Wbd"] = 0, ["Wbe"] = 0, ["Wbg"] = 4203, ["Wbm"] = 10000, ["Wdb"] = 10000, ["Web"] = 10000,
        ["Wed"] = 10000, ["Wee"] = 10000, ["Weg"] = 10000, ["Wem"] = 10000, ["Wgb"] = 10000, ["Wgd"] = 0,
        ["Wgg"] = 5797, ["Wgm"] = 5797, ["Wmb"] = 10000, ["Wmd"] = 0, ["Wme"] = 0, ["Wmg"] = 4203, ["Wmm"] = 10000,
    };

    /// <summary>A relay of its own /16 and family, which is fast, stable and listed.</summary>
    public static Relay Relay(int index, RelayFlags flags = Usual, uint bandwidth = 1000, string? exitPolicy = null, string? exitPolicyV6 = null) =>
        new()
        {
            Nickname = $"relay{index}",
            RsaIdentity = Identity(index),
            OrPort = new IPEndPoint(new IPAddress([(byte)(11 + (index >> 8)), (byte)index, 1, 1]), 9001),
            Flags = flags,
            Bandwidth = bandwidth,
            Protocols = ProtocolVersions.None,
            MicrodescriptorDigest = new MicrodescriptorDigest(Bytes(index, MicrodescriptorDigest.Length)),
            Microdescriptor = new Microdescriptor
            {
                Digest = new MicrodescriptorDigest(Bytes(index, MicrodescriptorDigest.Length)),
                NtorOnionKey = Bytes(index, 32),
                Ed25519Identity = new Ed25519Identity(Bytes(index, Ed25519Identity.Length)),
                ExitPolicy = exitPolicy is null ? ExitPolicySummary.RejectAll : ExitPolicySummary.Parse(exitPolicy),
                ExitPolicyV6 = exitPolicyV6 is null ? ExitPolicySummary.RejectAll : ExitPolicySummary.Parse(exitPolicyV6),
                Family = [],
                FamilyIds = [],
            },
        };

    public static RsaIdentity Identity(int index) => new(Bytes(index, RsaIdentity.Length));

    public static Relay At(this Relay relay, string orPort, string? orPortV6 = null) =>
        relay with { OrPort = IPEndPoint.Parse(orPort), OrPortV6 = orPortV6 is null ? null : IPEndPoint.Parse(orPortV6) };

    public static Relay WithFamily(this Relay relay, params int[] members) =>
        relay with { Microdescriptor = relay.Microdescriptor! with { Family = [.. members.Select(Identity)] } };

    public static Relay WithFamilyIds(this Relay relay, params string[] ids) =>
        relay with { Microdescriptor = relay.Microdescriptor! with { FamilyIds = ids } };

    /// <summary>A consensus that is valid around <see cref="Epoch"/>, or around another time.</summary>
    public static NetworkSnapshot Of(
        IReadOnlyList<Relay> relays, IReadOnlyDictionary<string, int>? parameters = null, IReadOnlyDictionary<string, int>? weights = null,
        DateTimeOffset? at = null)
    {
        DateTimeOffset validAfter = (at ?? Epoch) - TimeSpan.FromMinutes(30);
        return new NetworkSnapshot(
            relays,
            new ConsensusParameters(parameters ?? new Dictionary<string, int>()),
            new BandwidthWeights(weights ?? Weights, 10_000),
            validAfter,
            validAfter + TimeSpan.FromHours(1),
            validAfter + TimeSpan.FromHours(3));
    }

    /// <summary>
    /// Relays as a real network mixes them: some of every combination of flags, bandwidths over three orders of magnitude, policies of several
    /// kinds, some families of either kind, and networks that several relays share.
    /// </summary>
    public static IReadOnlyList<Relay> Mixed(int count, ulong seed)
    {
        SeededRandom random = new(seed);
        string[] policies = ["accept 80,443", "accept 20-23,43,53,80,110,443,993", "reject 25,119,135-139,445", "accept 443", "accept 6667,6697"];
        List<Relay> relays = [];
        for (int i = 0; i < count; i++)
        {
            RelayFlags flags = RelayFlags.Running | RelayFlags.Valid;
            flags |= Chance(0.9) ? RelayFlags.Fast : 0;
            flags |= Chance(0.85) ? RelayFlags.Stable : 0;
            flags |= Chance(0.9) ? RelayFlags.V2Dir : 0;
            flags |= Chance(0.4) ? RelayFlags.Guard : 0;
            bool exits = Chance(0.25);
            flags |= exits ? RelayFlags.Exit : 0;
            flags |= exits && Chance(0.02) ? RelayFlags.BadExit : 0;
            flags |= Chance(0.01) ? RelayFlags.MiddleOnly : 0;
            uint bandwidth = (uint)(20 * Math.Pow(10, 3 * random.NextDouble()));
            Relay relay = Relay(i, flags, bandwidth, exits ? policies[random.Next(0, policies.Length)] : null, exits && Chance(0.3) ? "accept 80,443" : null);
            // One in three shares its /16 with others; every tenth has IPv6, some of it in one /32.
            IPAddress address = Chance(0.33)
                ? new IPAddress([100, (byte)random.Next(0, 60), (byte)i, (byte)(i >> 8)])
                : new IPAddress([(byte)(20 + (i >> 8)), (byte)i, 1, 1]);
            relay = relay with { OrPort = new IPEndPoint(address, 443) };
            if (Chance(0.1))
                relay = relay with { OrPortV6 = new IPEndPoint(IPAddress.Parse($"2001:{random.Next(0x100, 0x120):x}:{i:x}::1"), 443) };
            if (i % 50 < 5)
                relay = relay.WithFamily([.. Enumerable.Range(i - (i % 50), 5)]);
            else if (i % 50 < 8)
                relay = relay.WithFamilyIds($"ed25519:family{i / 50}");
            relays.Add(relay);
        }

        return relays;

        bool Chance(double probability) => random.NextDouble() < probability;
    }

    private static byte[] Bytes(int index, int length)
    {
        byte[] bytes = new byte[length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, index + 1);
        return bytes;
    }
}
