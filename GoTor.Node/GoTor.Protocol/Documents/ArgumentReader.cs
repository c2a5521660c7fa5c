using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>Walks the arguments of a keyword line. They are separated by any number of spaces and tabs. dir-spec §1.2.</summary>
internal ref struct ArgumentReader(ReadOnlySpan<byte> arguments)
{
    private ReadOnlySpan<byte> _rest = arguments;

    public bool TryRead(out ReadOnlySpan<byte> argument)
    {
        int start = _rest.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (start < 0)
        {
            argument = default;
            _rest = default;
            return false;
        }

        _rest = _rest[start..];
        int end = _rest.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0)
            end = _rest.Length;
        argument = _rest[..end];
        _rest = _rest[end..];
        return true;
    }

    /// <exception cref="MalformedMessageException">No argument is left.</exception>
    public ReadOnlySpan<byte> Read() =>
        TryRead(out ReadOnlySpan<byte> argument) ? argument : throw new MalformedMessageException("A line has too few arguments.");
}
