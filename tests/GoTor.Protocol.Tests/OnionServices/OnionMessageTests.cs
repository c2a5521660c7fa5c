using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.OnionServices;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.OnionServices;

/// <summary>Bytes are those of Arti's crates/tor-cell/tests/testvec_relaymsg.rs (MIT or Apache) where nothing else is said.</summary>
public sealed class OnionMessageTests
{
    private const string Key = "3333333333333333333333333333333333333333333333333333333333333333";
    private const string Mac = "0101010101010101010101010101010101010101010101010101010101010101";
    private const string Signature = "0040" + "1515151515151515151515151515151515151515151515151515151515151515"
        + "1515151515151515151515151515151515151515151515151515151515151515";

    [Theory]
    [InlineData("020020" + Key + "0101130201000000000000000102" + "0000000000000002" + Mac + Signature, 1)]
    [InlineData("020020" + Key + "00" + Mac + Signature, 0)]
    public void EstablishIntro_ReadAndWritten_IsTheSame(string hex, int extensions)
    {
        EstablishIntroMessage message = Read<EstablishIntroMessage>(hex);

        Assert.Equal(new Ed25519Identity(Convert.FromHexString(Key)), message.Key);
        Assert.Equal(extensions, message.Extensions.Count);
        Assert.Equal(hex, Write(message));
        Assert.False(message.IsMadeFor(new byte[20]));
    }

    [Fact]
    public void LimitOfIntroductions_IsWrittenAsOthersWriteIt() => Assert.Equal(
        "0201000000000000000102" + "0000000000000002", Convert.ToHexStringLower(IntroductionLimit.Ask(1, 2).Body.Span));

    [Theory]
    [InlineData("000020" + Key + "00" + Mac + Signature)] // Version 2.
    [InlineData("02001f" + Key + "00" + Mac + Signature)]
    [InlineData("")]
    public void EstablishIntro_OfAnotherKind_IsMalformed(string hex) =>
        Assert.Throws<MalformedMessageException>(() => Read<EstablishIntroMessage>(hex));

    [Fact]
    public void EstablishIntro_CutShortAnywhere_IsMalformed()
    {
        string hex = "020020" + Key + "0101130201000000000000000102" + "0000000000000002" + Mac + Signature;
        for (int length = 0; length < hex.Length; length += 2)
        {
            string cut = hex[..length];
            Assert.Throws<MalformedMessageException>(() => Read<EstablishIntroMessage>(cut));
        }
    }

    [Fact]
    public void EstablishIntro_IsGoodForItsCircuitAlone_AndUnchanged()
    {
        using Ed25519KeyPair key = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] circuit = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];
        byte[] other = [.. circuit];
        other[19] ^= 1;
        string hex = Write(EstablishIntroMessage.Make(key, [IntroductionLimit.Ask(25, 200)], circuit));

        Assert.True(Read<EstablishIntroMessage>(hex).IsMadeFor(circuit));
        Assert.False(Read<EstablishIntroMessage>(hex).IsMadeFor(other));
        byte[] bytes = Convert.FromHexString(hex);
        for (int i = 3; i < bytes.Length; i += 7)
        {
            bytes[i] ^= 1;
            bool isGood;
            try
            {
                isGood = Read<EstablishIntroMessage>(Convert.ToHexString(bytes)).IsMadeFor(circuit);
            }
            catch (MalformedMessageException)
            {
                isGood = false;
            }

            Assert.False(isGood, $"Byte {i} does not matter.");
            bytes[i] ^= 1;
        }
    }

    [Fact]
    public void Introduce1_ReadAndWritten_IsTheSame()
    {
        string hex = "0000000000000000000000000000000000000000" + "020020" + Key + "02" + "01" + "01" + "00" + "02" + "01" + "00" + "01090804";
        Introduce1Message message = Read<Introduce1Message>(hex);

        Assert.Equal(2, message.Extensions.Count);
        Assert.Equal("01090804", Convert.ToHexStringLower(message.Encrypted.Span));
        Assert.Equal(hex, Write(message));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000001" + "020020" + Key + "00" + "01")] // Version 2.
    [InlineData("0000000000000000000000000000000000000000" + "020004" + "00010203" + "00" + "01090804")]
    [InlineData("0000000000000000000000000000000000000000" + "020020" + Key + "00")]
    [InlineData("0000000000000000000000000000000000000000" + "020020" + Key + "01")]
    [InlineData("00")]
    public void Introduce1_OfAnotherKind_IsMalformed(string hex) => Assert.Throws<MalformedMessageException>(() => Read<Introduce1Message>(hex));

    [Fact]
    public void SmallMessages_ReadAndWritten_AreTheSame()
    {
        Assert.Equal("000000", Write(new IntroduceAckMessage(IntroduceStatus.Success, [])));
        Assert.Equal(IntroduceStatus.UnknownKey, Read<IntroduceAckMessage>("000100").Status);
        Assert.Equal("00", Write(new IntroEstablishedMessage([])));
        Assert.Equal("0101010101010101010101010101010101010101", Write(Read<EstablishRendezvousMessage>("0101010101010101010101010101010101010101")));
        Assert.Equal("0000000000000000000000000000000000000000123456", Write(Read<Rendezvous1Message>("0000000000000000000000000000000000000000123456")));
        Assert.Equal("123456", Write(new Rendezvous2Message(Read<Rendezvous1Message>("0000000000000000000000000000000000000000123456").Handshake)));
    }

    // C tor's rend_mid_establish_rendezvous takes exactly twenty bytes.
    [Theory]
    [InlineData("01010101010101010101010101010101010101")]
    [InlineData("010101010101010101010101010101010101010101")]
    public void RendezvousCookie_OfAnotherLength_IsMalformed(string hex) =>
        Assert.Throws<MalformedMessageException>(() => Read<EstablishRendezvousMessage>(hex));

    [Fact]
    public void Introduce2_FitsIntoEveryKindOfCell() => Assert.Equal(490, Introduce2Message.MaxLength);

    private static TMessage Read<TMessage>(string hex)
        where TMessage : IRelayMessage<TMessage> => RelayMessages.Decode<TMessage>(Convert.FromHexString(hex));

    private static string Write<TMessage>(TMessage message)
        where TMessage : IRelayMessage<TMessage>
    {
        Span<byte> body = stackalloc byte[CellLayout.BodyLength];
        var writer = new WireWriter(body);
        message.Encode(ref writer);
        return Convert.ToHexStringLower(writer.WrittenSpan);
    }
}
