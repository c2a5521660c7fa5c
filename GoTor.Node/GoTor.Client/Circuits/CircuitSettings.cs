using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;

namespace GoTor.Client.Circuits;

/// <summary>Reads from the consensus what circuits need to know.</summary>
internal static class CircuitSettings
{
    public static CircuitParameters From(ConsensusParameters consensus) => new()
    {
        CircuitWindow = consensus.Get(
            "circwindow", FixedWindowFlowControl.MaxWindow, FixedWindowFlowControl.MinWindow, FixedWindowFlowControl.MaxWindow),
        SendmeEmitMinVersion = consensus.Get("sendme_emit_min_version", 1, 0, byte.MaxValue),
        SendmeAcceptMinVersion = consensus.Get("sendme_accept_min_version", 0, 0, byte.MaxValue),
        ExtendByEd25519Id = consensus.Get("ExtendByEd25519ID", 0, 0, 1) == 1,
    };
}
