namespace GoTor.Protocol.Cells.Channel;

/// <summary>What follows from the number of a command alone.</summary>
internal static class ChannelCommands
{
    /// <summary>Such cells carry their own length of two bytes, whether we know the command or not. tor-spec §3.</summary>
    public static bool IsVariableLength(this ChannelCommand command) =>
        command == ChannelCommand.Versions || (byte)command >= 128;
}
