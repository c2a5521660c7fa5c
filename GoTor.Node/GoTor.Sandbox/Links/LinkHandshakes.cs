using System.Net;
using System.Security.Cryptography;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Links;

/// <summary>What a link handshake came to.</summary>
/// <param name="Version">The link protocol.</param>
/// <param name="SaysRelay">The other side sent AUTHENTICATE. Nobody checked it.</param>
internal readonly record struct LinkAnswer(int Version, bool SaysRelay);

/// <summary>Both sides of a relay's link handshake over TLS.</summary>
internal static class LinkHandshakes
{
    /// <summary>Answers whoever connected: we say who we are, and do not ask back.</summary>
    /// <exception cref="ChannelViolationException">The other side broke the rules.</exception>
    /// <exception cref="EndOfStreamException">It closed the connection.</exception>
    public static async Task<LinkAnswer> RespondAsync(
        Stream stream, LinkReader reader, CertsMessage certs, IPAddress peer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rules = new LinkResponderRules();
        int version = 0;
        bool saysRelay = false;
        while (true)
        {
            if (TakeAll())
                await stream.WriteAsync(Answer(), cancellationToken);
            else if (rules.IsComplete)
                return new LinkAnswer(version, saysRelay);
            else if (!await reader.ReadMoreAsync(cancellationToken))
                throw new EndOfStreamException("The connection was closed during the link handshake.");
        }

        // True when VERSIONS is there, which we answer before we read on.
        bool TakeAll()
        {
            ReadOnlySpan<byte> pending = reader.Pending;
            while (!rules.IsComplete && reader.Framer.TryRead(ref pending, out FramedCell cell))
            {
                if (!rules.Admit(cell.Command, cell.CircuitId))
                    continue;
                saysRelay |= cell.Command == ChannelCommand.Authenticate;
                if (cell.Command != ChannelCommand.Versions)
                    continue;
                var body = new WireReader(cell.Body);
                version = LinkHandshakeRules.ChooseVersion(VersionsMessage.Decode(ref body));
                reader.Framer.UseWideCircuitIds();
                reader.Keep(pending.Length);
                return true;
            }

            reader.Keep(pending.Length);
            return false;
        }

        byte[] Answer()
        {
            var challenge = new byte[AuthChallengeMessage.ChallengeLength];
            TorRandom.Secure.Fill(challenge);
            return
            [
                .. LinkCells.Narrow(LinkHandshakeRules.OurVersions),
                .. LinkCells.Wide(certs),
                .. LinkCells.Wide(new AuthChallengeMessage(challenge, [1, 3])),
                .. LinkCells.Wide(new NetinfoMessage((uint)now.ToUnixTimeSeconds(), peer, [IPAddress.Loopback])),
            ];
        }
    }

    /// <summary>Connects: as a client does, or as a relay that proves who it is.</summary>
    /// <param name="proof">Null to stay anonymous.</param>
    /// <returns>The link protocol.</returns>
    /// <exception cref="ChannelViolationException">The relay broke the rules.</exception>
    /// <exception cref="WrongIdentityException">The relay is somebody else.</exception>
    /// <exception cref="EndOfStreamException">It closed the connection.</exception>
    public static async Task<int> InitiateAsync(
        Stream stream, LinkReader reader, RelayAddress target, ReadOnlyMemory<byte> tlsCertificate, DateTimeOffset now,
        CancellationToken cancellationToken, LinkProof? proof = null)
    {
        byte[] versions = LinkCells.Narrow(LinkHandshakeRules.OurVersions);
        await stream.WriteAsync(versions, cancellationToken);
        var rules = new LinkHandshakeRules();
        using var heard = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] heardUntilChallenge = [];
        LinkParty? responder = null;
        int version = 0;
        while (!rules.IsComplete)
        {
            if (!await reader.ReadMoreAsync(cancellationToken))
                throw new EndOfStreamException("The relay closed the connection during the link handshake.");
            TakeAll();
        }

        NetinfoMessage netinfo = NetinfoRules.Ours(target.OrPort.Address);
        if (proof is not null)
        {
            await stream.WriteAsync(proof.Write(versions, responder!, heardUntilChallenge, tlsCertificate.Span), cancellationToken);
            netinfo = new NetinfoMessage((uint)now.ToUnixTimeSeconds(), target.OrPort.Address, [IPAddress.Loopback]);
        }

        await stream.WriteAsync(LinkCells.Wide(netinfo), cancellationToken);
        return version;

        void TakeAll()
        {
            ReadOnlySpan<byte> pending = reader.Pending;
            ReadOnlySpan<byte> before = pending;
            while (!rules.IsComplete && reader.Framer.TryRead(ref pending, out FramedCell cell))
            {
                heard.AppendData(before[..^pending.Length]);
                before = pending;
                if (rules.Admit(cell.Command, cell.CircuitId))
                    Take(cell);
            }

            heard.AppendData(before[..^pending.Length]);
            reader.Keep(pending.Length);
        }

        void Take(FramedCell cell)
        {
            var body = new WireReader(cell.Body);
            switch (cell.Command)
            {
                case ChannelCommand.Versions:
                    version = LinkHandshakeRules.ChooseVersion(VersionsMessage.Decode(ref body));
                    reader.Framer.UseWideCircuitIds();
                    break;
                case ChannelCommand.Certs:
                    CertsMessage certs = CertsMessage.Decode(ref body);
                    PeerIdentities peer = CertsRules.Validate(
                        certs.Entries.Select(entry => (entry.Type, entry.Certificate)), tlsCertificate.Span, now, target.RsaIdentity, target.Ed25519Identity);
                    ReadOnlyMemory<byte> rsa = certs.Entries.First(entry => entry.Type == (byte)CertificateType.RsaIdentity).Certificate;
                    responder = new LinkParty(RsaIdentityCertificate.Parse(rsa).Key, peer.Ed25519);
                    break;
                case ChannelCommand.AuthChallenge:
                    heardUntilChallenge = heard.GetCurrentHash();
                    break;
            }
        }
    }
}
