using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Channels;

public sealed class CellFramerTests
{
    // VERSIONS with a narrow id, then with wide ids: VPADDING of 3 bytes, CERTS of 2, a RELAY cell, an unknown variable cell of 300.
    private static readonly byte[] Stream =
    [
        0, 0, 7, 0, 4, 0, 4, 0, 5,
        0, 0, 0, 0, 128, 0, 3, 9, 9, 9,
        0, 0, 0, 0, 129, 0, 2, 1, 2,
        0x80, 0, 0, 1, 3, .. Enumerable.Repeat((byte)0x33, 509),
        0, 0, 0, 0, 200, 1, 44, .. Enumerable.Repeat((byte)7, 300),
        0, 0, 0, 0, 8, .. Enumerable.Repeat((byte)0x44, 509),
    ];

    private static readonly string[] Expected =
    [
        "00000000 Versions 00040005 0",
        "00000000 VPadding  0",
        "00000000 Certs 0102 0",
        $"80000001 Relay {string.Concat(Enumerable.Repeat("33", 509))} 514",
        "00000000 200  0",
        $"00000000 Netinfo {string.Concat(Enumerable.Repeat("44", 509))} 514",
    ];

    [Fact]
    public void Stream_SplitAnywhereInTwo_GivesTheSameCells()
    {
        for (int split = 0; split <= Stream.Length; split++)
            Assert.Equal(Expected, Feed(split, Stream.Length - split));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(513)]
    [InlineData(514)]
    [InlineData(515)]
    public void Stream_InPiecesOfOneSize_GivesTheSameCells(int size) =>
        Assert.Equal(Expected, Feed([.. Enumerable.Repeat(size, Stream.Length / size + 1)]));

    [FsCheck.Xunit.Property]
    public void Stream_InAnyPieces_GivesTheSameCells(FsCheck.PositiveInt[] sizes) =>
        Assert.Equal(Expected, Feed([.. sizes.Select(size => size.Get), Stream.Length]));

    [Theory]
    [InlineData(ChannelCommand.Versions)]
    [InlineData(ChannelCommand.Certs)]
    [InlineData(ChannelCommand.AuthChallenge)]
    internal void VariableCell_LongerThanAnyThatMakesSense_IsRefusedFromItsHeader(ChannelCommand command)
    {
        var framer = new CellFramer();
        framer.UseWideCircuitIds();
        byte[] header = [0, 0, 0, 0, (byte)command, 0xff, 0xff];

        Assert.Throws<ChannelViolationException>(() =>
        {
            ReadOnlySpan<byte> input = header;
            framer.TryRead(ref input, out _);
        });
    }

    [Trait("Case", "B35")]
    [Fact]
    public void VPadding_OfGreatestLength_NeedsNoBuffer()
    {
        var framer = new CellFramer();
        framer.UseWideCircuitIds();
        ReadOnlySpan<byte> input = [0, 0, 0, 0, 128, 0xff, 0xff];
        Assert.True(framer.TryRead(ref input, out FramedCell cell));
        Assert.Equal(ChannelCommand.VPadding, cell.Command);

        var piece = new byte[1000];
        for (int left = ushort.MaxValue; left > 0; left -= piece.Length)
        {
            input = piece.AsSpan(0, Math.Min(left, piece.Length));
            Assert.False(framer.TryRead(ref input, out _));
            Assert.True(input.IsEmpty);
        }

        input = [0, 0, 0, 0, 129, 0, 0];
        Assert.True(framer.TryRead(ref input, out cell));
        Assert.Equal(ChannelCommand.Certs, cell.Command);
    }

    /// <summary>Feeds pieces of these sizes as a reader would, and describes the cells that come out.</summary>
    private static List<string> Feed(params IReadOnlyList<int> sizes)
    {
        var framer = new CellFramer();
        var cells = new List<string>();
        byte[] kept = [];
        int offset = 0;
        foreach (int size in sizes)
        {
            int take = Math.Min(size, Stream.Length - offset);
            byte[] offered = [.. kept, .. Stream.AsSpan(offset, take)];
            offset += take;
            ReadOnlySpan<byte> input = offered;
            while (framer.TryRead(ref input, out FramedCell cell))
            {
                cells.Add($"{cell.CircuitId} {cell.Command} {Convert.ToHexString(cell.Body)} {cell.Whole.Length}");
                if (cell.Command == ChannelCommand.Versions)
                    framer.UseWideCircuitIds();
            }

            kept = input.ToArray();
        }

        return cells;
    }
}
