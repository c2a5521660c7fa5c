using System.Net;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>What a complete link handshake has agreed on and shown.</summary>
/// <param name="ClockSkew">How far our clock is ahead of the relay's, when that is worth telling.</param>
/// <param name="ClockReading">The same, however small.</param>
internal sealed record LinkHandshakeResult(int LinkVersion, PeerIdentities Peer, TimeSpan? ClockSkew, TimeSpan? ClockReading);

/// <summary>Performs the client's side of the link handshake over TLS. The rules are <see cref="LinkHandshakeRules"/>.</summary>
internal static class LinkHandshake
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <param name="expected">Nothing more is said to a relay that is somebody else.</param>
    /// <exception cref="ChannelException">
    /// The relay broke the rules, closed the connection, took more than ten seconds, or is somebody else.
    /// </exception>
    public static async Task<LinkHandshakeResult> RunAsync(
        Stream stream,
        ChannelReader reader,
        ReadOnlyMemory<byte> tlsCertificate,
        IPAddress relayAddress,
        HopTarget expected,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await stream.WriteAsync(EncodeVersions(), either.Token);
            long started = time.GetTimestamp();
            var steps = new Steps(tlsCertificate, expected, time);
            while (!steps.Advance(reader))
            {
                int count = await reader.ReadMoreAsync(either.Token);
                if (count == 0)
                    throw new ChannelException(ChannelEnd.HandshakeFailed, "The relay closed the connection during the link handshake.");
                reader.Arrived(count);
            }

            await stream.WriteAsync(EncodeNetinfo(relayAddress), either.Token);
            (DateTimeOffset now, TimeSpan took) = (time.GetUtcNow(), time.GetElapsedTime(started));
            return new LinkHandshakeResult(
                steps.Version,
                steps.Peer,
                NetinfoRules.ClockSkew(steps.Netinfo!, now, took),
                NetinfoRules.ClockReading(steps.Netinfo!, now, took));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ChannelException(ChannelEnd.HandshakeFailed, "The link handshake took too long.");
        }
        catch (WrongIdentityException e)
        {
            throw new ChannelException(ChannelEnd.WrongIdentity, "The relay is not the one that we expected.", e);
        }
        catch (Exception e) when (e is ChannelViolationException or MalformedMessageException)
        {
            throw new ChannelException(ChannelEnd.Violation, $"The relay broke the link handshake: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new ChannelException(ChannelEnd.HandshakeFailed, "The connection broke during the link handshake.", e);
        }
    }

    private static byte[] EncodeVersions()
    {
        const int NarrowVariableHeader = 5;
        var cell = new byte[NarrowVariableHeader + 2 * LinkHandshakeRules.OurVersions.Versions.Count];
        cell[2] = (byte)ChannelCommand.Versions;
        cell[4] = (byte)(cell.Length - NarrowVariableHeader);
        var body = new WireWriter(cell.AsSpan(NarrowVariableHeader));
        LinkHandshakeRules.OurVersions.Encode(ref body);
        return cell;
    }

    private static byte[] EncodeNetinfo(IPAddress relayAddress)
    {
        var cell = new byte[CellLayout.CellLength];
        cell[CellLayout.CommandOffset] = (byte)ChannelCommand.Netinfo;
        var body = new WireWriter(cell.AsSpan(CellLayout.BodyOffset));
        NetinfoRules.Ours(relayAddress).Encode(ref body);
        return cell;
    }

    /// <summary>What has been learnt so far.</summary>
    private sealed class Steps(ReadOnlyMemory<byte> tlsCertificate, HopTarget expected, TimeProvider time)
    {
        private readonly LinkHandshakeRules _rules = new();

        public int Version { get; private set; }

        public PeerIdentities Peer { get; private set; }

        public NetinfoMessage? Netinfo { get; private set; }

        /// <summary>Takes all cells that have arrived completely, up to NETINFO. True once the handshake is complete.</summary>
        public bool Advance(ChannelReader reader)
        {
            ReadOnlySpan<byte> pending = reader.Pending;
            while (!_rules.IsComplete && reader.Framer.TryRead(ref pending, out FramedCell cell))
            {
                if (_rules.Admit(cell.Command, cell.CircuitId))
                    Take(cell, reader.Framer);
            }

            reader.Keep(pending.Length);
            return _rules.IsComplete;
        }

        private void Take(FramedCell cell, CellFramer framer)
        {
            var body = new WireReader(cell.Body);
            switch (cell.Command)
            {
                case ChannelCommand.Versions:
                    Version = LinkHandshakeRules.ChooseVersion(VersionsMessage.Decode(ref body));
                    framer.UseWideCircuitIds();
                    break;
                case ChannelCommand.Certs:
                    Peer = CertsRules.Validate(
                        CertsMessage.Decode(ref body).Entries.Select(entry => (entry.Type, entry.Certificate)),
                        tlsCertificate.Span, time.GetUtcNow(), expected.RsaIdentity, expected.Ed25519Identity);
                    break;
                case ChannelCommand.AuthChallenge:
                    // Clients stay anonymous: it must be well-formed, and that is all.
                    AuthChallengeMessage.Decode(ref body);
                    break;
                default:
                    Netinfo = NetinfoMessage.Decode(ref body);
                    break;
            }
        }
    }
}
