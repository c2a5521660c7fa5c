using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;

namespace GoTor.Client.Tests.ControlPort;

public class StreamCommandTests
{
    [Theory]
    [InlineData("xyz.onion")]
    [InlineData("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion")]
    [InlineData("example.com.mullein.exit")]
    [InlineData("127.0.0.1")]
    [InlineData("127.192.0.9")]
    [InlineData("localhost")]
    [InlineData("exa!mple.com")]
    [InlineData("example.com 23")]
    public async Task Redirect_ToWhereNoApplicationMayGo_IsRefused(string target)
    {
        await using CommandHarness harness = await CommandHarness.StartAsync(options => options with { RejectPlaintextPorts = [23] });
        (Task opening, StreamRecord record) = await harness.ConnectAsync();
        StreamRequest before = record.Request;
        Assert.Equal("551 No stream may go there", await harness.SendAsync($"REDIRECTSTREAM {record.Number} {target}"));
        Assert.Same(before, record.Request);
        Assert.Equal("250 OK", await harness.SendAsync($"ATTACHSTREAM {record.Number} 0"));
        await opening.WaitAsync(CircuitHarness.Patience);
    }

    [Fact]
    public async Task Redirect_OfAStreamThatWaits_ChangesWhatTheExitIsAsked()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        (Task opening, StreamRecord record) = await harness.ConnectAsync();
        Assert.Equal("250 OK", await harness.SendAsync($"REDIRECTSTREAM {record.Number} refuse 81"));
        Assert.Equal("250 OK", await harness.SendAsync($"ATTACHSTREAM {record.Number} 0"));
        TorException error = await Assert.ThrowsAsync<TorException>(() => opening.WaitAsync(CircuitHarness.Patience));
        Assert.Equal(TorErrorKind.ConnectionRefused, error.Kind);
    }

    [Fact]
    public async Task Redirect_OfALookup_ChangesWhatIsLookedUp()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        List<string> asked = [];
        harness.Circuits.Circuits.Network.Prepare = lane => lane.Circuit.Intercept = (circuit, hop, command, id, message) =>
        {
            if (command != Protocol.Cells.Relay.RelayCommand.Resolve)
                return false;
            asked.Add(System.Text.Encoding.ASCII.GetString(message).TrimEnd('\0'));
            circuit.Send(hop, Protocol.Cells.Relay.RelayCommand.Resolved, id, [4, 4, 192, 0, 2, 9, 0, 0, 0, 60]);
            return true;
        };
        (Task opening, StreamRecord record) = await harness.OpenAsync(
            connector => connector.ResolveAsync(ManagerHarness.Request("example.com"), CancellationToken.None));
        Assert.Equal("250 OK", await harness.SendAsync($"REDIRECTSTREAM {record.Number} example.org"));
        Assert.Equal("250 OK", await harness.SendAsync($"ATTACHSTREAM {record.Number} 0"));
        await opening.WaitAsync(CircuitHarness.Patience);
        Assert.Equal(["example.org"], asked);
    }

    [Fact]
    public async Task Redirect_OfAnOpenStream_OrAReverseLookup_IsRefused()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        (Task opening, StreamRecord record) = await harness.ConnectAsync();
        Assert.Equal("250 OK", await harness.SendAsync($"ATTACHSTREAM {record.Number} 0"));
        await opening.WaitAsync(CircuitHarness.Patience);
        Assert.Equal("551 The exit has been asked already", await harness.SendAsync($"REDIRECTSTREAM {record.Number} example.org"));
        Assert.Equal("echo", record.Request.Host);
        (Task reverse, StreamRecord lookup) = await harness.OpenAsync(connector =>
            connector.ResolveReverseAsync(System.Net.IPAddress.Parse("192.0.2.1"), ManagerHarness.Request("192.0.2.1"), CancellationToken.None));
        Assert.Equal("551 A reverse lookup cannot be redirected", await harness.SendAsync($"REDIRECTSTREAM {lookup.Number} example.org"));
        lookup.Close(Protocol.Cells.Relay.EndReason.Misc);
        await Assert.ThrowsAsync<TorException>(() => reverse.WaitAsync(CircuitHarness.Patience));
    }

    [Fact]
    public async Task Attach_ToACircuitThatTakesNoStream_IsRefused_AndTheStreamStillWaits()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        // One that nobody gave to the manager, as those for the directory.
        await using Circuit foreign = await harness.Circuits.Circuits.BuildAsync();
        (Task opening, StreamRecord record) = await harness.ConnectAsync();
        Assert.Equal(
            "551 Can't attach stream to non-open origin circuit", await harness.SendAsync($"ATTACHSTREAM {record.Number} {foreign.Number}"));
        Assert.Equal(StreamProgress.ControllerWait, record.Progress);
        Assert.Equal("250 OK", await harness.SendAsync($"ATTACHSTREAM {record.Number} 0"));
        await opening.WaitAsync(CircuitHarness.Patience);
    }

    [Fact]
    public async Task Attach_Twice_TheSecondIsToldThatItIsTooLate()
    {
        await using ManagerHarness harness = new();
        StreamRecord record = harness.StreamRecords.Add(ManagerHarness.Request(), isResolve: false);
        Assert.False(record.TryAttach(null));
        record.AwaitAttachment();
        harness.StreamRecords.Note(record, StreamProgress.ControllerWait);
        Assert.True(record.TryAttach(null));
        Assert.False(record.TryAttach(null));
        Assert.Null(await record.AttachmentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Stream_EndsWhileItWaits_ALaterAttachmentIsRefused()
    {
        await using ManagerHarness harness = new();
        StreamRecord record = harness.StreamRecords.Add(ManagerHarness.Request(), isResolve: false);
        record.AwaitAttachment();
        harness.StreamRecords.Note(record, StreamProgress.ControllerWait);
        using CancellationTokenSource gone = new();
        Task waiting = record.AttachmentAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(record.TryAttach(null));
    }
}
