using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Streams;

/// <summary>The two fixed windows of a stream, in DATA messages: what we may send and what the peer may. tor-spec §7.4.</summary>
internal struct StreamWindow()
{
    public const int Start = 500;
    public const int Increment = 50;

    /// <summary>How many DATA messages we may send before the next SENDME.</summary>
    public int Package { get; private set; } = Start;

    /// <summary>How many the peer may send before our next SENDME.</summary>
    public int Deliver { get; private set; } = Start;

    public readonly bool CanSend => Package > 0;

    public void DataSent() => Package--;

    /// <exception cref="CircuitViolationException">The peer has sent more than we allowed.</exception>
    public void DataReceived()
    {
        if (Deliver == 0)
            throw new CircuitViolationException("DATA beyond the window of a stream.");
        Deliver--;
    }

    /// <exception cref="CircuitViolationException">It would open the window wider than it was at the start.</exception>
    public void SendmeReceived()
    {
        if (Package + Increment > Start)
            throw new CircuitViolationException("A SENDME on a stream that none was due for.");
        Package += Increment;
    }

    /// <summary>True when a SENDME is due after the application took everything but <paramref name="waiting"/> messages; counts it as sent.</summary>
    public bool TakeSendmeDue(int waiting)
    {
        if (Deliver + waiting > Start - Increment)
            return false;
        Deliver += Increment;
        return true;
    }
}
