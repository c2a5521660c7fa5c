namespace GoTor.Protocol.Circuits;

/// <summary>What the consensus says about circuits. param-spec. Fixed for a circuit when it is made. Immutable.</summary>
internal sealed record CircuitParameters
{
    public static CircuitParameters Default { get; } = new();

    /// <summary>DATA messages in flight per direction, before any SENDME: "circwindow", 100 to 1000.</summary>
    public int CircuitWindow { get; init; } = FixedWindowFlowControl.MaxWindow;

    /// <summary>"sendme_emit_min_version". 0 sends SENDMEs that prove nothing.</summary>
    public int SendmeEmitMinVersion { get; init; } = 1;

    /// <summary>"sendme_accept_min_version".</summary>
    public int SendmeAcceptMinVersion { get; init; }

    /// <summary>"ExtendByEd25519ID": EXTEND2 names the next relay by its Ed25519 identity too. C tor's default is no.</summary>
    public bool ExtendByEd25519Id { get; init; }
}
