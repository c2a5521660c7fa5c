using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Streams;

/// <summary>
/// A stream that we ended and the peer did not yet: exactly those messages may still come that it can have sent before our END
/// reached it. Anything more is a violation, or ended streams would be a side channel that nobody watches.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/closing-streams.html; counted as C tor's half_edge_t does.</remarks>
internal struct HalfClosedStream
{
    private int _dataAllowed;
    private int _sendmesAllowed;
    private bool _connectedAllowed;
    private readonly bool _resolvedAllowed;
    private readonly bool _usesRateFlowControl;

    /// <param name="hop">Only this hop may still speak for the stream.</param>
    public HalfClosedStream(int hop, in StreamState state, in StreamWindow window, bool usesRateFlowControl)
    {
        Hop = hop;
        _usesRateFlowControl = usesRateFlowControl;
        _connectedAllowed = state.IsConnecting;
        _resolvedAllowed = state.IsResolving;
        _dataAllowed = state.IsResolving ? 0 : window.Deliver;
        _sendmesAllowed = state.IsResolving ? 0 : (StreamWindow.Start - window.Package) / StreamWindow.Increment;
    }

    public int Hop { get; }

    /// <summary>Counts a late message.</summary>
    /// <returns>True when it was the last one: the stream's id is free.</returns>
    /// <exception cref="CircuitViolationException">The peer cannot have sent this before our END reached it.</exception>
    public bool Admit(RelayCommand command)
    {
        switch (command)
        {
            case RelayCommand.End:
            case RelayCommand.Resolved when _resolvedAllowed:
                return true;
            case RelayCommand.Connected when _connectedAllowed:
                _connectedAllowed = false;
                return false;
            case RelayCommand.Data when !_connectedAllowed && _dataAllowed > 0:
                _dataAllowed--;
                return false;
            case RelayCommand.Sendme when !_connectedAllowed && _sendmesAllowed > 0:
                _sendmesAllowed--;
                return false;
            case RelayCommand.Xoff or RelayCommand.Xon when _usesRateFlowControl || _resolvedAllowed:
                return false;
            default:
                throw new CircuitViolationException($"{command} on a stream that we ended.");
        }
    }
}
