namespace GoTor.Protocol.ControlPort;

/// <summary>One command as it came: its name, what follows on its line, and the lines of data behind it.</summary>
/// <param name="Name">As sent; a command with data starts with a plus.</param>
/// <param name="Line">What follows the name, without the line's end. May hold a password: never logged.</param>
/// <param name="Data">Without dots that were only there to be taken out, its lines separated by <c>\n</c>; null for a command of one line.</param>
internal sealed record ControlCommand(string Name, string Line, string? Data)
{
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => "[scrubbed]";
}

/// <summary>What became of the bytes that have arrived.</summary>
internal enum ControlReadStatus
{
    /// <summary>No whole command yet.</summary>
    NeedMore,

    /// <summary>A command.</summary>
    Command,

    /// <summary>Longer than <see cref="ControlCommandReader.MaxLength"/>: the connection cannot go on.</summary>
    TooLong,

    /// <summary>A browser, perhaps sent by a web page: nothing more is read.</summary>
    Http,

    /// <summary>A controller of 2005 and its binary protocol.</summary>
    Version0,
}
