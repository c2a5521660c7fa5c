namespace GoTor.Client.Channels;

/// <summary>There is no channel, or no more. <see cref="End"/> says what that means for the relay; the message names no address.</summary>
internal sealed class ChannelException(ChannelEnd end, string message, Exception? inner = null) : Exception(message, inner)
{
    public ChannelEnd End { get; } = end;
}
