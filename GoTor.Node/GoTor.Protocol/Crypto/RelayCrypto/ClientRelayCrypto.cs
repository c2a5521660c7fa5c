using GoTor.Protocol.Crypto.Handshakes;

namespace GoTor.Protocol.Crypto.RelayCrypto;

/// <summary>
/// The onion itself: all layers of one circuit, first hop first. Owned by the circuit's reactor; not thread-safe. Bodies have 509
/// bytes and are changed in place; no call allocates per cell.
/// </summary>
internal sealed class ClientRelayCrypto : IDisposable
{
    /// <summary>What <see cref="DecryptInbound"/> returns for a cell that no hop sent.</summary>
    public const int Unrecognised = -1;

    private readonly List<ClientHopCrypto> _hops = new(3);

    public int HopCount => _hops.Count;

    /// <summary>Adds a hop that speaks tor1.</summary>
    /// <returns>Its index: 0 for the first hop.</returns>
    public int AddHop(RelayKeyMaterial keys) => AddHop(new Tor1ClientHop(keys));

    /// <summary>Adds a hop with any algorithm; ownership passes.</summary>
    public int AddHop(ClientHopCrypto hop)
    {
        _hops.Add(hop);
        return _hops.Count - 1;
    }

    /// <inheritdoc cref="ClientHopCrypto.TagLength"/>
    public int TagLength(int hopIndex) => _hops[hopIndex].TagLength;

    /// <inheritdoc cref="ClientHopCrypto.MaxDataLength"/>
    public int MaxDataLength(int hopIndex) => _hops[hopIndex].MaxDataLength;

    /// <inheritdoc cref="ClientHopCrypto.OutboundTag"/>
    public ReadOnlySpan<byte> OutboundTag(int hopIndex) => _hops[hopIndex].OutboundTag;

    /// <inheritdoc cref="ClientHopCrypto.InboundTag"/>
    public ReadOnlySpan<byte> InboundTag(int hopIndex) => _hops[hopIndex].InboundTag;

    /// <summary>Marks a relay message for one hop and wraps it in the layers of all hops up to that one.</summary>
    public void EncryptOutbound(Span<byte> body, int hopIndex)
    {
        RelayCellLayout.Check(body);
        _hops[hopIndex].Originate(body);
        for (int i = hopIndex - 1; i >= 0; i--)
            _hops[i].Encrypt(body);
    }

    /// <summary>Peels layers until a hop recognises the cell as its own.</summary>
    /// <returns>
    /// That hop's index, or <see cref="Unrecognised"/>: then the circuit is damaged beyond repair and the caller destroys it without
    /// reading the body.
    /// </returns>
    public int DecryptInbound(Span<byte> body)
    {
        RelayCellLayout.Check(body);
        for (int i = 0; i < _hops.Count; i++)
        {
            if (_hops[i].Decrypt(body, isLastHop: i == _hops.Count - 1))
                return i;
        }

        return Unrecognised;
    }

    public void Dispose()
    {
        foreach (ClientHopCrypto hop in _hops)
            hop.Dispose();
    }
}
