using GoTor.Client.Channels;

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
}
