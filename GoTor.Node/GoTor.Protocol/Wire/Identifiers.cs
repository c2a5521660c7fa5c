namespace GoTor.Protocol.Wire;

/// <summary>Names a circuit on one channel (four bytes since link protocol 4). Zero means the channel itself.</summary>
internal readonly record struct CircuitId(uint Value)
{
    /// <summary>Circuits of the side that opened the connection have the most significant bit set.</summary>
    public const uint InitiatorBit = 0x8000_0000;

    public static CircuitId Channel => default;

    public override string ToString() => Value.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Names a stream on one circuit. Zero means the circuit itself.</summary>
internal readonly record struct StreamId(ushort Value)
{
    public static StreamId Circuit => default;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
