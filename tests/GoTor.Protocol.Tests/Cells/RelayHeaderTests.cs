using System.Text;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Cells;

/// <summary>Vectors: Arti, crates/tor-cell/tests/test_relaycell.rs, whose generator answers 0xF0 only.</summary>
public sealed class RelayHeaderTests
{
    private static readonly RepeatingRandom F0 = new(0xf0);

    [Theory]
    [InlineData(RelayCellFormat.V0, "02 0000 9999 00000000 000C 6E6565642D746F2D6B6E6F77 00000000", 0x9999, 11)]
    [InlineData(RelayCellFormat.V1, "00000000000000000000000000000000 02 000C 3230 6E6565642D746F2D6B6E6F77 00000000", 0x3230, 21)]
    internal void Data_InBothFormats_IsReadAndWritten(RelayCellFormat format, string hex, ushort streamId, int offset)
    {
        byte[] expected = Cell(hex);

        var written = new byte[CellLayout.BodyLength];
        "need-to-know"u8.CopyTo(RelayHeader.Write(format, written, RelayCommand.Data, new StreamId(streamId), 12, F0));
        RelayHeader header = RelayHeader.Read(format, expected);

        Assert.Equal(expected, written);
        Assert.Equal(new RelayHeader(RelayCommand.Data, new StreamId(streamId), offset, 12), header);
        Assert.Equal("need-to-know", Encoding.ASCII.GetString(header.MessageIn(expected)));
    }

    [Fact]
    public void Extended2_InVersion1_HasNoStreamId()
    {
        byte[] expected = Cell(
            "00000000000000000000000000000000 0F 001F 001D 686F7720646F20796F7520646F20616E64207368616B652068616E6473 00000000");

        var written = new byte[CellLayout.BodyLength];
        RelayMessages.Write(
            RelayCellFormat.V1, written, StreamId.Circuit, new Extended2Message("how do you do and shake hands"u8.ToArray()), F0);

        Assert.Equal(expected, written);
        Assert.Equal(new RelayHeader(RelayCommand.Extended2, StreamId.Circuit, 19, 31), RelayHeader.Read(RelayCellFormat.V1, expected));
    }

    [Trait("Case", "B06")]
    [Theory]
    [InlineData(RelayCellFormat.V0, "02 0000 9999 12345678 01F2", true)]
    [InlineData(RelayCellFormat.V0, "02 0000 9999 12345678 01F3", false)]
    [InlineData(RelayCellFormat.V0, "02 0000 9999 12345678 FFFF", false)]
    [InlineData(RelayCellFormat.V1, "00000000000000000000000000000000 02 01E8 3231", true)]
    [InlineData(RelayCellFormat.V1, "00000000000000000000000000000000 02 01E9 3231", false)]
    [InlineData(RelayCellFormat.V1, "00000000000000000000000000000000 0F 01EA", true)]
    [InlineData(RelayCellFormat.V1, "00000000000000000000000000000000 0F 01EB", false)]
    internal void Length_OverTheEndOfTheCell_IsMalformed(RelayCellFormat format, string hex, bool valid)
    {
        Exception? e = Record.Exception(() => RelayHeader.Read(format, Cell(hex)));

        Assert.Equal(valid ? null : typeof(MalformedMessageException), e?.GetType());
    }

    [Theory]
    [InlineData(RelayCellFormat.V0, RelayCommand.Data, 498)]
    [InlineData(RelayCellFormat.V1, RelayCommand.Data, 488)]
    [InlineData(RelayCellFormat.V1, RelayCommand.Sendme, 490)]
    internal void MaxLength_IsCTors(RelayCellFormat format, RelayCommand command, int expected) =>
        Assert.Equal(expected, RelayHeader.MaxLength(format, command));

    [Theory]
    [InlineData(RelayCommand.Data, 0)]
    [InlineData(RelayCommand.Extended2, 1)]
    internal void StreamId_WhereItCannotBe_IsNotWritten(RelayCommand command, ushort streamId) =>
        Assert.Throws<ArgumentException>(
            () => RelayHeader.Write(RelayCellFormat.V1, new byte[CellLayout.BodyLength], command, new StreamId(streamId), 1, F0).Clear());

    // Whoever could predict a cell's end could acknowledge cells that it never saw. Proposal 289.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(493)]
    [InlineData(494)]
    [InlineData(497)]
    [InlineData(498)]
    public void Padding_AfterTheMessage_IsFourZerosThenRandom(int length)
    {
        var cell = new byte[CellLayout.BodyLength];
        cell.AsSpan().Fill(0xaa);

        RelayHeader.Write(RelayCellFormat.V0, cell, RelayCommand.Data, new StreamId(1), length, F0).Fill(0x11);

        ReadOnlySpan<byte> rest = cell.AsSpan(11 + length);
        int zeros = Math.Min(4, rest.Length);
        Assert.Equal(-1, rest[..zeros].IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, rest[zeros..].IndexOfAnyExcept((byte)0xf0));
    }

    private static byte[] Cell(string hex)
    {
        var cell = new byte[CellLayout.BodyLength];
        cell.AsSpan().Fill(0xf0);
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)).CopyTo(cell, 0);
        return cell;
    }

    private sealed class RepeatingRandom(byte value) : TorRandom
    {
        public override void Fill(Span<byte> destination) => destination.Fill(value);
    }
}
