namespace GoTor.Protocol.Documents;

/// <summary>A random value that the authorities agreed on for one day. Onion-service directories are placed with it. srv-spec.</summary>
/// <param name="Reveals">How many authorities contributed.</param>
/// <param name="Value">32 bytes.</param>
internal sealed record SharedRandomValue(int Reveals, ReadOnlyMemory<byte> Value)
{
    public const int Length = 32;
}
