using System.Buffers.Binary;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>One cell as it lies in the reader's buffer.</summary>
internal readonly ref struct FramedCell(CircuitId circuitId, ChannelCommand command, ReadOnlySpan<byte> body, ReadOnlySpan<byte> whole)
{
    public CircuitId CircuitId { get; } = circuitId;

    public ChannelCommand Command { get; } = command;

    /// <summary>509 bytes of a fixed cell, or what a variable cell says. Empty where the framer skips the content.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>A fixed cell with its header of four plus one bytes, ready to be copied; otherwise empty.</summary>
    public ReadOnlySpan<byte> Whole { get; } = whole;
}

/// <summary>
/// Cuts a channel's bytes into cells. It keeps no bytes: the caller offers what it has and keeps what is left over, so that a cell
/// fed byte by byte costs no copy per byte. One caller at a time.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/cell-packet-format.html</remarks>
internal sealed class CellFramer
{
    /// <summary>
    /// Longest body, in bytes, of a variable cell that we read. An honest CERTS has about 2,000. The content of all other variable
    /// cells means nothing to a client; it is skipped as it comes in, however long.
    /// </summary>
    public const int MaxVariableBody = 16 * 1024;

    /// <summary>A buffer of this many bytes can always hold the next cell.</summary>
    public const int LargestCell = WideHeader + 2 + MaxVariableBody;

    private const int NarrowHeader = 3;
    private const int WideHeader = 5;

    private bool _wide;
    private int _skip;

    /// <summary>From the end of version negotiation on, circuit ids have four bytes.</summary>
    public void UseWideCircuitIds() => _wide = true;

    /// <summary>Takes the next cell off the front of <paramref name="input"/>.</summary>
    /// <returns>
    /// False when more bytes are needed; what is left in <paramref name="input"/> must be offered again, with more behind it.
    /// </returns>
    /// <exception cref="ChannelViolationException">A variable cell is longer than any that makes sense.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out FramedCell cell)
    {
        cell = default;
        if (_skip > 0)
        {
            int skipped = Math.Min(_skip, input.Length);
            input = input[skipped..];
            _skip -= skipped;
        }

        int header = _wide ? WideHeader : NarrowHeader;
        if (input.Length < header)
            return false;
        var command = (ChannelCommand)input[header - 1];
        return command.IsVariableLength()
            ? TryReadVariable(ref input, header, command, out cell)
            : TryReadFixed(ref input, header, command, out cell);
    }

    private static CircuitId IdIn(ReadOnlySpan<byte> input, int header) => new(
        header == WideHeader ? BinaryPrimitives.ReadUInt32BigEndian(input) : BinaryPrimitives.ReadUInt16BigEndian(input));

    private static bool TryReadFixed(ref ReadOnlySpan<byte> input, int header, ChannelCommand command, out FramedCell cell)
    {
        int length = header + CellLayout.BodyLength;
        if (input.Length < length)
        {
            cell = default;
            return false;
        }

        ReadOnlySpan<byte> whole = input[..length];
        cell = new FramedCell(IdIn(whole, header), command, whole[header..], header == WideHeader ? whole : default);
        input = input[length..];
        return true;
    }

    private bool TryReadVariable(ref ReadOnlySpan<byte> input, int header, ChannelCommand command, out FramedCell cell)
    {
        cell = default;
        if (input.Length < header + 2)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(input[header..]);
        CircuitId id = IdIn(input, header);
        if (command is not (ChannelCommand.Versions or ChannelCommand.Certs or ChannelCommand.AuthChallenge))
        {
            cell = new FramedCell(id, command, default, default);
            input = input[(header + 2)..];
            _skip = length;
            return true;
        }

        if (length > MaxVariableBody)
            throw new ChannelViolationException($"{command} with {length} bytes.");
        if (input.Length < header + 2 + length)
            return false;
        cell = new FramedCell(id, command, input.Slice(header + 2, length), default);
        input = input[(header + 2 + length)..];
        return true;
    }
}
