namespace GoTor.Protocol.Crypto.RelayCrypto;

/// <summary>What the crypto needs to know of a version 0 relay cell: where it marks a cell as meant for a hop. tor-spec §6.1.</summary>
internal static class RelayCellLayout
{
    /// <summary>All of the cell's body is encrypted.</summary>
    public const int BodyLength = 509;

    /// <summary>Two bytes, zero in a cell that is for us.</summary>
    public const int RecognizedOffset = 1;

    /// <summary>The first four bytes of the running digest, taken with this field zero.</summary>
    public const int DigestOffset = 5;

    public const int DigestLength = 4;

    /// <summary>Command, recognized, stream id, digest and length.</summary>
    public const int HeaderLength = 11;

    public static void Check(ReadOnlySpan<byte> body)
    {
        if (body.Length != BodyLength)
            throw new ArgumentException($"A relay cell has {BodyLength} bytes, not {body.Length}.", nameof(body));
    }
}
