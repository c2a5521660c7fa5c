using GoTor.Client.ControlPort;

namespace GoTor.Client.Tests.ControlPort;

public sealed class ControlOutboxTests
{
    [Fact]
    public void LongAnswer_ThatIsUnread_LeavesRoomForEvents_ThatHaveTheirOwnLimit()
    {
        ControlOutbox outbox = new();
        _ = outbox.PostAsync(new byte[ControlOutbox.MaxEventBytes + 1], CancellationToken.None).AsTask();

        Assert.True(outbox.TryPost(new byte[ControlOutbox.MaxEventBytes]));
        Assert.False(outbox.TryPost(new byte[1]));
    }
}
