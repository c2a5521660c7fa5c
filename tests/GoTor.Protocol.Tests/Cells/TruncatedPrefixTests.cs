using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Cells;

/// <summary>Whatever is cut off, and whatever bytes come, a decoder answers with a message or with one kind of exception.</summary>
public sealed class TruncatedPrefixTests
{
    private delegate void Decoder(ReadOnlySpan<byte> bytes);

    private static readonly Decoder[] Decoders =
    [
        Channel<VersionsMessage>, Channel<CertsMessage>, Channel<AuthChallengeMessage>, Channel<NetinfoMessage>,
        Channel<PaddingNegotiateMessage>, Channel<DestroyMessage>, Channel<Create2Message>, Channel<Created2Message>,
        Channel<CreateFastMessage>, Channel<CreatedFastMessage>, Channel<PaddingMessage>, Channel<VPaddingMessage>,
        Relay<BeginMessage>, Relay<BeginDirMessage>, Relay<ConnectedMessage>, Relay<EndMessage>, Relay<SendmeMessage>,
        Relay<Extend2Message>, Relay<Extended2Message>, Relay<TruncateMessage>, Relay<TruncatedMessage>, Relay<ResolveMessage>,
        Relay<ResolvedMessage>, Relay<DropMessage>, Relay<XonMessage>, Relay<XoffMessage>,
    ];

    [Fact]
    public void Decoder_OfEveryPrefixOfARealCell_ThrowsOnlyMalformed()
    {
        byte[] bytes = Convert.FromHexString(CertsVector.Body);
        for (int length = 0; length <= bytes.Length; length++)
            DecodeAll(bytes.AsSpan(0, length));
    }

    [FsCheck.Xunit.Property(MaxTest = 2000)]
    public void Decoder_OfAnyBytes_ThrowsOnlyMalformed(byte[] bytes) => DecodeAll(bytes);

    [Fact]
    public void Certs_EveryPrefix_IsMalformed()
    {
        byte[] bytes = Convert.FromHexString(CertsVector.Body);
        for (int length = 0; length < bytes.Length; length++)
        {
            int cut = length;
            Assert.Throws<MalformedMessageException>(() => Channel<CertsMessage>(bytes.AsSpan(0, cut)));
        }
    }

    private static void DecodeAll(ReadOnlySpan<byte> bytes)
    {
        foreach (Decoder decoder in Decoders)
        {
            try
            {
                decoder(bytes);
            }
            catch (MalformedMessageException)
            {
                // The one refusal that is allowed.
            }
        }
    }

    private static void Channel<TMessage>(ReadOnlySpan<byte> bytes)
        where TMessage : IChannelMessage<TMessage>
    {
        var reader = new WireReader(bytes);
        TMessage.Decode(ref reader);
    }

    private static void Relay<TMessage>(ReadOnlySpan<byte> bytes)
        where TMessage : IRelayMessage<TMessage> => RelayMessages.Decode<TMessage>(bytes);
}
