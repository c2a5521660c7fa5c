using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Streams;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Streams;

public sealed class StreamStateTests
{
    private static readonly RelayCommand[] All = [.. Enumerable.Range(0, 256).Select(value => (RelayCommand)value)];

    [Fact]
    public void Connecting_AllowsConnectedAndEnd()
    {
        AssertAllows(() => new StreamState(StreamKind.Data, usesRateFlowControl: false), RelayCommand.Connected, RelayCommand.End);
        AssertAllows(
            () => new StreamState(StreamKind.Data, usesRateFlowControl: true),
            RelayCommand.Connected,
            RelayCommand.End,
            RelayCommand.Xoff,
            RelayCommand.Xon);
    }

    [Fact]
    public void Open_AllowsDataEndAndItsKindOfFlowControl()
    {
        AssertAllows(() => Open(rate: false), RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme);
        AssertAllows(() => Open(rate: true), RelayCommand.Data, RelayCommand.End, RelayCommand.Xoff, RelayCommand.Xon);
    }

    [Fact]
    public void Resolving_AllowsResolvedAndEndAndIgnoresXoff()
    {
        AssertAllows(
            () => new StreamState(StreamKind.Resolve, usesRateFlowControl: false),
            RelayCommand.Resolved,
            RelayCommand.End,
            RelayCommand.Xoff,
            RelayCommand.Xon);
        var state = new StreamState(StreamKind.Resolve, usesRateFlowControl: false);
        Assert.Equal(StreamVerdict.Ignore, state.Admit(RelayCommand.Xoff));
        Assert.Equal(StreamVerdict.DeliverAndClose, state.Admit(RelayCommand.Resolved));
    }

    [Fact]
    public void Ended_AllowsNothing() => AssertAllows(() =>
    {
        StreamState state = Open(rate: false);
        Assert.Equal(StreamVerdict.DeliverAndClose, state.Admit(RelayCommand.End));
        return state;
    });

    [Fact]
    public void Window_MessageBeyondIt_IsAViolation()
    {
        var window = new StreamWindow();
        for (int i = 0; i < 500; i++)
            window.DataReceived();
        Assert.Throws<CircuitViolationException>(() => window.DataReceived());
    }

    [Fact]
    public void Window_SendmeWhileFull_IsAViolation()
    {
        var window = new StreamWindow();
        for (int i = 0; i < 49; i++)
            window.DataSent();
        Assert.Throws<CircuitViolationException>(() => window.SendmeReceived());
        window.DataSent();
        window.SendmeReceived();
        Assert.Equal(500, window.Package);
    }

    [Fact]
    public void Window_SendmeIsDue_ForEvery50ThatTheApplicationTook()
    {
        var window = new StreamWindow();
        for (int i = 0; i < 500; i++)
            window.DataReceived();
        Assert.False(window.TakeSendmeDue(waiting: 500));
        Assert.False(window.TakeSendmeDue(waiting: 451));
        Assert.True(window.TakeSendmeDue(waiting: 450));
        Assert.False(window.TakeSendmeDue(waiting: 450));
        int sent = 1;
        while (window.TakeSendmeDue(waiting: 0))
            sent++;
        Assert.Equal(10, sent);
        Assert.Equal(500, window.Deliver);
    }

    [Fact]
    public void HalfClosed_Open_AllowsExactlyWhatWasInFlight()
    {
        StreamState state = Open(rate: false);
        var window = new StreamWindow();
        for (int i = 0; i < 130; i++)
            window.DataSent();
        for (int i = 0; i < 20; i++)
            window.DataReceived();
        var late = new HalfClosedStream(2, state, window, usesRateFlowControl: false);
        for (int i = 0; i < 480; i++)
            Assert.False(late.Admit(RelayCommand.Data));
        Assert.Throws<CircuitViolationException>(() => late.Admit(RelayCommand.Data));
        Assert.False(late.Admit(RelayCommand.Sendme));
        Assert.False(late.Admit(RelayCommand.Sendme));
        Assert.Throws<CircuitViolationException>(() => late.Admit(RelayCommand.Sendme));
        Assert.Throws<CircuitViolationException>(() => late.Admit(RelayCommand.Connected));
        Assert.Throws<CircuitViolationException>(() => late.Admit(RelayCommand.Resolved));
        Assert.True(late.Admit(RelayCommand.End));
    }

    [Fact]
    public void HalfClosed_Connecting_AllowsOneConnectedBeforeData()
    {
        var late = new HalfClosedStream(2, new StreamState(StreamKind.Data, false), new StreamWindow(), usesRateFlowControl: false);
        Assert.Throws<CircuitViolationException>(() => late.Admit(RelayCommand.Data));
        Assert.False(late.Admit(RelayCommand.Connected));
        Assert.False(late.Admit(RelayCommand.Data));
        Assert.Throws<CircuitViolationException>(() => late.Admit(RelayCommand.Connected));
    }

    [Fact]
    public void HalfClosed_Resolving_AllowsOneAnswer()
    {
        var late = new HalfClosedStream(2, new StreamState(StreamKind.Resolve, false), new StreamWindow(), usesRateFlowControl: false);
        Assert.False(late.Admit(RelayCommand.Xoff));
        foreach (RelayCommand command in All.Except([RelayCommand.Resolved, RelayCommand.End, RelayCommand.Xoff, RelayCommand.Xon]))
            Assert.Throws<CircuitViolationException>(() => late.Admit(command));
        Assert.True(late.Admit(RelayCommand.Resolved));
    }

    private static StreamState Open(bool rate)
    {
        var state = new StreamState(StreamKind.Data, rate);
        Assert.Equal(StreamVerdict.Deliver, state.Admit(RelayCommand.Connected));
        return state;
    }

    private static void AssertAllows(Func<StreamState> make, params RelayCommand[] allowed)
    {
        foreach (RelayCommand command in All)
        {
            StreamState state = make();
            if (allowed.Contains(command))
                state.Admit(command);
            else
                Assert.Throws<CircuitViolationException>(() => state.Admit(command));
        }
    }
}
