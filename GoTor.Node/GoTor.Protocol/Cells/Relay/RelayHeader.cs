using System.Buffers.Binary;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>
/// The header of a relay message, read from or written to a cell's body of 509 bytes. It neither reads nor writes the fields that
/// belong to the relay crypto: recognized and digest (version 0) and the tag (version 1) are zero after writing.
/// </summary>
/// <param name="Offset">Where in the cell's body the message begins.</param>
/// <param name="Length">How many bytes it has.</param>
/// <remarks>https://spec.torproject.org/tor-spec/relay-cells.html; version 1: proposal 359.</remarks>
internal readonly record struct RelayHeader(RelayCommand Command, StreamId StreamId, int Offset, int Length)
{
    private const int TagLengthV1 = 16;
    private const int OffsetV1 = TagLengthV1 + 3;
    private const int OffsetWithStreamV1 = OffsetV1 + 2;

    // Zeros between the message and the random bytes: room for a later version to say that more follows.
    private const int PaddingZeros = 4;

    /// <exception cref="MalformedMessageException">The length runs over the end of the cell.</exception>
    public static RelayHeader Read(RelayCellFormat format, ReadOnlySpan<byte> cellBody)
    {
        RelayHeader header = format == RelayCellFormat.V0 ? ReadV0(cellBody) : ReadV1(cellBody);
        if (header.Length > CellLayout.BodyLength - header.Offset)
            throw new MalformedMessageException($"A relay message of {header.Length} bytes does not fit into its cell.");
        return header;
    }

    /// <summary>
    /// Writes header and padding for a message of <paramref name="length"/> bytes and returns the place for the message, which the
    /// caller must fill. What the message leaves of the cell becomes four zeros and random bytes, so that nobody can know the whole
    /// content, and with it the digest that a SENDME must echo, without having seen the cell.
    /// </summary>
    public static Span<byte> Write(
        RelayCellFormat format, Span<byte> cellBody, RelayCommand command, StreamId streamId, int length, TorRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength(format, command));
        int offset = format == RelayCellFormat.V0
            ? WriteV0(cellBody, command, streamId, length)
            : WriteV1(cellBody, command, streamId, length);
        Span<byte> rest = cellBody[(offset + length)..CellLayout.BodyLength];
        if (rest.Length <= PaddingZeros)
        {
            rest.Clear();
        }
        else
        {
            rest[..PaddingZeros].Clear();
            random.Fill(rest[PaddingZeros..]);
        }

        return cellBody.Slice(offset, length);
    }

    /// <summary>How many bytes a message with this command carries at most.</summary>
    public static int MaxLength(RelayCellFormat format, RelayCommand command) =>
        CellLayout.BodyLength - OffsetOf(format, command);

    /// <summary>The message itself.</summary>
    public ReadOnlySpan<byte> MessageIn(ReadOnlySpan<byte> cellBody) => cellBody.Slice(Offset, Length);

    private static int OffsetOf(RelayCellFormat format, RelayCommand command) => format switch
    {
        RelayCellFormat.V0 => CellLayout.RelayHeaderLength,
        _ => HasStreamId(command) ? OffsetWithStreamV1 : OffsetV1,
    };

    // Where the stream id is left out there is no way to write a wrong one.
    private static bool HasStreamId(RelayCommand command) => command is RelayCommand.Begin or RelayCommand.BeginDir
        or RelayCommand.Connected or RelayCommand.Data or RelayCommand.End or RelayCommand.Resolve or RelayCommand.Resolved
        or RelayCommand.Xoff or RelayCommand.Xon;

    private static RelayHeader ReadV0(ReadOnlySpan<byte> body) => new(
        (RelayCommand)body[0],
        new StreamId(BinaryPrimitives.ReadUInt16BigEndian(body[3..])),
        CellLayout.RelayHeaderLength,
        BinaryPrimitives.ReadUInt16BigEndian(body[9..]));

    private static RelayHeader ReadV1(ReadOnlySpan<byte> body)
    {
        var command = (RelayCommand)body[TagLengthV1];
        int length = BinaryPrimitives.ReadUInt16BigEndian(body[(TagLengthV1 + 1)..]);
        return HasStreamId(command)
            ? new RelayHeader(command, new StreamId(BinaryPrimitives.ReadUInt16BigEndian(body[OffsetV1..])), OffsetWithStreamV1, length)
            : new RelayHeader(command, StreamId.Circuit, OffsetV1, length);
    }

    private static int WriteV0(Span<byte> body, RelayCommand command, StreamId streamId, int length)
    {
        body[..CellLayout.RelayHeaderLength].Clear();
        body[0] = (byte)command;
        BinaryPrimitives.WriteUInt16BigEndian(body[3..], streamId.Value);
        BinaryPrimitives.WriteUInt16BigEndian(body[9..], (ushort)length);
        return CellLayout.RelayHeaderLength;
    }

    private static int WriteV1(Span<byte> body, RelayCommand command, StreamId streamId, int length)
    {
        bool hasStreamId = HasStreamId(command);
        if (hasStreamId == (streamId == StreamId.Circuit))
            throw new ArgumentException($"{command} with stream id {streamId} cannot be written.", nameof(streamId));
        body[..TagLengthV1].Clear();
        body[TagLengthV1] = (byte)command;
        BinaryPrimitives.WriteUInt16BigEndian(body[(TagLengthV1 + 1)..], (ushort)length);
        if (hasStreamId)
            BinaryPrimitives.WriteUInt16BigEndian(body[OffsetV1..], streamId.Value);
        return hasStreamId ? OffsetWithStreamV1 : OffsetV1;
    }
}
