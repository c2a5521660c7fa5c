using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Circuits;

public sealed class FixedWindowFlowControlTests
{
    private const int TagLength = 20;

    [Fact]
    public void WriteSendme_Version1_IsVersionLengthAndTag()
    {
        // The layout that C tor's test_sendme.c (v1_build_cell) expects: 01, 0014, 20 bytes.
        byte[] message = new byte[64];
        int length = New().WriteSendme(Tag(7), message);
        Assert.Equal("010014" + Convert.ToHexString(Tag(7)), Convert.ToHexString(message.AsSpan(0, length)));
    }

    [Fact]
    public void WriteSendme_ConsensusSaysVersion0_IsEmpty()
    {
        var flow = new FixedWindowFlowControl(new CircuitParameters { SendmeEmitMinVersion = 0 }, TagLength);
        Assert.Equal(0, flow.WriteSendme(Tag(1), new byte[64]));
    }

    [Theory]
    [InlineData(1000, 100)]
    [InlineData(950, 50)]
    [InlineData(100, 100)]
    public void DataReceived_LongTransfer_MakesASendmeDueForEvery100(int window, int first)
    {
        // A sender keeps the tag of the cell that takes its window to a multiple of 100 (C tor's circuit_sent_cell_for_sendme), so with
        // a window that starts between two multiples the first SENDME comes early.
        FixedWindowFlowControl flow = New(window);
        var due = new List<int>();
        for (int received = 1; received <= 5000; received++)
        {
            if (flow.DataReceived())
                due.Add(received);
            Assert.InRange(flow.DeliverWindow, 1, 1000);
        }

        Assert.Equal(Enumerable.Range(0, due.Count).Select(i => first + (100 * i)), due);
    }

    [Fact]
    public void DataSent_1000_ClosesTheWindow()
    {
        FixedWindowFlowControl flow = New();
        for (int i = 1; i <= 1000; i++)
        {
            Assert.True(flow.CanSend);
            flow.DataSent(Tag(i));
        }

        Assert.False(flow.CanSend);
        flow.SendmeReceived(Sendme(Tag(100)));
        Assert.True(flow.CanSend);
        Assert.Equal(100, flow.PackageWindow);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(950)]
    public void SendmeReceived_LongTransfer_MustEchoEachTagInOrder(int window)
    {
        FixedWindowFlowControl flow = New(window);
        var expected = new Queue<int>();
        var random = new Random(1);
        int open = window;
        for (int sent = 1; sent <= 20_000; sent++)
        {
            flow.DataSent(Tag(sent));
            if (--open % 100 == 0)
                expected.Enqueue(sent);
            while (expected.Count > 0 && (open == 0 || random.Next(50) == 0))
            {
                flow.SendmeReceived(Sendme(Tag(expected.Dequeue())));
                open += 100;
            }

            Assert.Equal(open, flow.PackageWindow);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0100")]
    [InlineData("010014")]
    [InlineData("02")]
    [InlineData("FF0014")]
    public void SendmeReceived_CutShortOrOfAnotherVersion_IsAViolation(string message)
    {
        FixedWindowFlowControl flow = WithOneDue();
        Assert.Throws<CircuitViolationException>(() => flow.SendmeReceived(Convert.FromHexString(message)));
    }

    [Trait("Case", "B13")]
    [Fact]
    public void SendmeReceived_TagLengthThatIsNotOurs_IsAViolation()
    {
        byte[] sixteen = [1, 0, 16, .. Tag(100)];
        Assert.Throws<CircuitViolationException>(() => WithOneDue().SendmeReceived(sixteen));
        byte[] twentyOne = [1, 0, 21, .. Tag(100), 0];
        Assert.Throws<CircuitViolationException>(() => WithOneDue().SendmeReceived(twentyOne));
    }

    [Fact]
    public void SendmeReceived_EachBitOfTheTagWrong_IsAViolation()
    {
        for (int bit = 0; bit < TagLength * 8; bit++)
        {
            byte[] tag = Tag(100);
            tag[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CircuitViolationException>(() => WithOneDue().SendmeReceived(Sendme(tag)));
        }

        WithOneDue().SendmeReceived(Sendme(Tag(100)));
    }

    [Trait("Case", "B13")]
    [Fact]
    public void SendmeReceived_WhenNoneIsDue_IsAViolation()
    {
        Assert.Throws<CircuitViolationException>(() => New().SendmeReceived(Sendme(Tag(0))));
        FixedWindowFlowControl flow = WithOneDue();
        flow.SendmeReceived(Sendme(Tag(100)));
        Assert.Throws<CircuitViolationException>(() => flow.SendmeReceived(Sendme(Tag(100))));
    }

    [Fact]
    public void SendmeReceived_Version0_UsesUpATagWhereItIsAllowed()
    {
        var flow = new FixedWindowFlowControl(CircuitParameters.Default, TagLength);
        for (int i = 1; i <= 200; i++)
            flow.DataSent(Tag(i));
        flow.SendmeReceived([]);
        flow.SendmeReceived(Sendme(Tag(200)));
        Assert.Equal(1000, flow.PackageWindow);
    }

    [Fact]
    public void SendmeReceived_ConsensusDemandsMoreThanWeSpeak_AcceptsNothing()
    {
        var flow = new FixedWindowFlowControl(new CircuitParameters { SendmeAcceptMinVersion = 2 }, TagLength);
        for (int i = 1; i <= 100; i++)
            flow.DataSent(Tag(i));
        Assert.Throws<CircuitViolationException>(() => flow.SendmeReceived(Sendme(Tag(100))));
    }

    [Property]
    public Property CellFill_AnyTraffic_LeavesRoomForRandomnessInEveryWindow()
    {
        Gen<int[]> traffic = Gen.ArrayOf(Gen.OneOf(Gen.Choose(1, 600), Gen.Constant(64 * 1024)), 400);
        return Prop.ForAll(traffic.ToArbitrary(), available =>
        {
            var fill = new CellFill(TorRandom.Secure);
            int full = 0;
            foreach (int bytes in available)
            {
                int length = fill.Take(bytes, 498);
                Assert.InRange(length, 1, Math.Min(bytes, 498));
                full = length > 478 ? full + 1 : 0;
                // The next short cell is due within two intervals of fewer than 100 cells each.
                Assert.True(full < 200);
            }
        });
    }

    private static FixedWindowFlowControl New(int window = 1000) =>
        new(new CircuitParameters { CircuitWindow = window, SendmeAcceptMinVersion = 1 }, TagLength);

    private static FixedWindowFlowControl WithOneDue()
    {
        FixedWindowFlowControl flow = New();
        for (int i = 1; i <= 150; i++)
            flow.DataSent(Tag(i));
        return flow;
    }

    private static byte[] Sendme(byte[] tag) => [1, 0, (byte)tag.Length, .. tag];

    private static byte[] Tag(int number)
    {
        byte[] tag = new byte[TagLength];
        BitConverter.TryWriteBytes(tag, number);
        tag[^1] = 0x55;
        return tag;
    }
}
