using System.Net;
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

    /// <summary>Connects as a client does: relays of a sandbox have no need to know who extends to them.</summary>
    /// <returns>The link protocol.</returns>
    /// <exception cref="ChannelViolationException">The relay broke the rules.</exception>
    /// <exception cref="WrongIdentityException">The relay is somebody else.</exception>
    /// <exception cref="EndOfStreamException">It closed the connection.</exception>
    public static async Task<int> InitiateAsync(
        Stream stream, LinkReader reader, RelayAddress target, ReadOnlyMemory<byte> tlsCertificate, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await stream.WriteAsync(LinkCells.Narrow(LinkHandshakeRules.OurVersions), cancellationToken);
        var rules = new LinkHandshakeRules();
        int version = 0;
        while (!rules.IsComplete)
        {
            if (!await reader.ReadMoreAsync(cancellationToken))
                throw new EndOfStreamException("The relay closed the connection during the link handshake.");
            TakeAll();
        }

        await stream.WriteAsync(LinkCells.Wide(NetinfoRules.Ours(target.OrPort.Address)), cancellationToken);
        return version;

        void TakeAll()
        {
            ReadOnlySpan<byte> pending = reader.Pending;
            while (!rules.IsComplete && reader.Framer.TryRead(ref pending, out FramedCell cell))
            {
                if (rules.Admit(cell.Command, cell.CircuitId))
                    Take(cell);
            }

            reader.Keep(pending.Length);
        }

        void Take(FramedCell cell)
        {
            var body = new WireReader(cell.Body);
            if (cell.Command == ChannelCommand.Versions)
            {
                version = LinkHandshakeRules.ChooseVersion(VersionsMessage.Decode(ref body));
                reader.Framer.UseWideCircuitIds();
            }
            else if (cell.Command == ChannelCommand.Certs)
            {
                CertsRules.Validate(
                    CertsMessage.Decode(ref body).Entries.Select(entry => (entry.Type, entry.Certificate)),
                    tlsCertificate.Span, now, target.RsaIdentity, target.Ed25519Identity);
            }
        }
    }
}
