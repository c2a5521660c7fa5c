using FsCheck.Xunit;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Crypto.Handshakes;

public class CircuitExtensionsTests
{
    private static readonly CircuitExtension CongestionControl = new(CircuitExtensionType.CongestionControlRequest, default);

    // What C tor puts on the wire: src/trunnel/extension.trunnel and circuitbuild.c, client_circ_negotiation_message.
    [Trait("Case", "I06")]
    [Fact]
    public void Encode_RequestsOutOfOrder_AreSortedByType()
    {
        var cgo = new CircuitExtension(CircuitExtensionType.SubprotocolRequest, new byte[] { 2, 6 });
        Assert.Equal("02010003020206", Convert.ToHexStringLower(CircuitExtensions.Encode(cgo, CongestionControl)));
        Assert.Equal("010100", Convert.ToHexStringLower(CircuitExtensions.Encode(CongestionControl)));
        Assert.Equal("00", Convert.ToHexStringLower(CircuitExtensions.Encode()));
    }

    [Fact]
    public void DecodeResponse_AskedForAndAnswered_YieldsTheBody()
    {
        CircuitExtension response = Assert.Single(CircuitExtensions.DecodeResponse(
            Convert.FromHexString("0102011f"), CircuitExtensionType.CongestionControlResponse));
        Assert.Equal(CircuitExtensionType.CongestionControlResponse, response.Type);
        Assert.Equal([31], response.Body.ToArray());
    }

    [Fact]
    public void DecodeResponse_AskedForAndNotAnswered_IsEmpty() =>
        Assert.Empty(CircuitExtensions.DecodeResponse(new byte[] { 0 }, CircuitExtensionType.CongestionControlResponse));

    [Trait("Case", "B14")]
    [Trait("Case", "I06")]
    [Theory]
    [InlineData("", "no count")]
    [InlineData("01", "cut before the type")]
    [InlineData("0102", "cut before the length")]
    [InlineData("010201", "cut before the body")]
    [InlineData("0102ff00", "body shorter than its length")]
    [InlineData("0002011f", "count zero, but more follows")]
    [InlineData("0102011f00", "a byte too many")]
    [InlineData("0202011f02011f", "the same type twice")]
    [InlineData("02ff0002011f", "unknown and out of order")]
    [InlineData("010100", "our own request type, echoed")]
    [InlineData("0103020206", "not asked for")]
    [InlineData("01ff00", "unknown")]
    [InlineData("ff02011f", "more promised than there")]
    public void DecodeResponse_Bad_IsMalformed(string message, string why)
    {
        Assert.NotEmpty(why);
        Assert.Throws<MalformedMessageException>(() => CircuitExtensions.DecodeResponse(
            Convert.FromHexString(message), CircuitExtensionType.CongestionControlResponse));
    }

    [Fact]
    public void DecodeResponse_NothingAskedFor_AllowsNothing() =>
        Assert.Throws<MalformedMessageException>(() => CircuitExtensions.DecodeResponse(Convert.FromHexString("0102011f")));

    [Fact]
    public void Decode_RequestWithUnknownType_IsKeptForTheRelayToIgnore() =>
        Assert.Equal(2, CircuitExtensions.Decode(Convert.FromHexString("020100c80101")).Count);

    [Property]
    public void Decode_WhatWasEncoded_ComesBackSorted(Dictionary<byte, byte[]> bodies)
    {
        CircuitExtension[] given =
        [
            .. bodies.Select(b => new CircuitExtension((CircuitExtensionType)b.Key, b.Value.AsMemory(0, Math.Min(255, b.Value.Length)))),
        ];
        if (given.Length > 255)
            return;
        IReadOnlyList<CircuitExtension> decoded = CircuitExtensions.Decode(CircuitExtensions.Encode(given));
        Assert.Equal(given.OrderBy(e => e.Type).Select(e => (e.Type, Convert.ToHexString(e.Body.Span))),
            decoded.Select(e => (e.Type, Convert.ToHexString(e.Body.Span))));
    }

    [Property]
    public void Decode_AnyBytes_DecodesOrIsMalformed(byte[] message)
    {
        try
        {
            Assert.Equal(message, CircuitExtensions.Encode(CircuitExtensions.Decode(message)));
        }
        catch (MalformedMessageException)
        {
            // The only other outcome.
        }
    }
}
