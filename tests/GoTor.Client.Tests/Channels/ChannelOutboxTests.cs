using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Channels;

public sealed class ChannelOutboxTests
{
    // A loop that is woken by the end and looks before anything else has happened must not wait for a second wake-up.
    [Fact]
    public async Task Outbox_Closed_SaysSoAfterItsWakeUpIsSpent()
    {
        var outbox = new ChannelOutbox();
        Assert.Equal(0, outbox.Gather(new byte[1024], []));
        ValueTask waiting = outbox.WaitAsync();

        outbox.Close();
        await waiting;

        Assert.True(outbox.Gather(new byte[1024], []) < 0);
        Assert.True(outbox.Gather(new byte[1024], []) < 0);
    }

    [Fact]
    public async Task Flush_Completes_WhenTheLoopComesBackAfterTheLastCell()
    {
        var outbox = new ChannelOutbox();
        outbox.EnqueueControl(ChannelCells.Make(CircuitId.Channel, new PaddingMessage()));
        Task flushed = outbox.FlushAsync();

        Assert.Equal(514, outbox.Gather(new byte[1024], []));
        Assert.False(flushed.IsCompleted); // It is being written.
        Assert.Equal(0, outbox.Gather(new byte[1024], []));

        await flushed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Flush_OfAClosedOutbox_WaitsForNothing()
    {
        var outbox = new ChannelOutbox();
        Task flushed = outbox.FlushAsync();
        outbox.Close();

        await flushed.WaitAsync(TimeSpan.FromSeconds(20));
        await outbox.FlushAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
