using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Circuits;

/// <summary>The original flow control of a circuit: 1000 messages in flight, one SENDME per 100. tor-spec §7.3 and §7.3.1.</summary>
internal sealed class FixedWindowFlowControl(CircuitParameters parameters, int tagLength) : IFlowControl
{
    public const int MinWindow = 100;
    public const int MaxWindow = 1000;
    public const int Increment = 100;

    private const int MaxSupportedVersion = 1;
    private const int HeaderLength = 3;

    // The tags that the next SENDMEs must echo, oldest first: never more than fit into a window, so a fixed ring.
    private const int MaxExpected = MaxWindow / Increment;
    private readonly byte[] _expected = new byte[MaxExpected * tagLength];
    private int _oldest;
    private int _expectedCount;

    private int _packageWindow = Math.Clamp(parameters.CircuitWindow, MinWindow, MaxWindow);
    private int _deliverWindow = Math.Clamp(parameters.CircuitWindow, MinWindow, MaxWindow);

    public bool CanSend => _packageWindow > 0;

    public bool UsesRateFlowControl => false;

    /// <summary>How many DATA messages we may send; for tests and logs.</summary>
    public int PackageWindow => _packageWindow;

    /// <summary>How many the hop may send; for tests and logs.</summary>
    public int DeliverWindow => _deliverWindow;

    public void DataSent(ReadOnlySpan<byte> tag)
    {
        _packageWindow--;
        if (_packageWindow % Increment != 0)
            return;
        tag[..tagLength].CopyTo(_expected.AsSpan((_oldest + _expectedCount) % MaxExpected * tagLength));
        _expectedCount++;
    }

    public bool DataReceived()
    {
        if (_deliverWindow == 0)
            throw new CircuitViolationException("DATA beyond the window of the circuit.");
        _deliverWindow--;
        // The very cells whose tags the sender keeps, also when its window did not start at a multiple.
        if (_deliverWindow % Increment != 0)
            return false;
        _deliverWindow += Increment;
        return true;
    }

    public int WriteSendme(ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        if (parameters.SendmeEmitMinVersion != 1)
            return 0;
        var writer = new WireWriter(destination);
        writer.WriteByte(1);
        writer.WriteUInt16((ushort)tagLength);
        writer.WriteBytes(tag[..tagLength]);
        return writer.Written;
    }

    public void SendmeReceived(ReadOnlySpan<byte> message)
    {
        byte version = message.IsEmpty ? (byte)0 : message[0];
        if (version > MaxSupportedVersion || version < parameters.SendmeAcceptMinVersion)
            throw new CircuitViolationException($"A SENDME of version {version} is not acceptable.");
        // Each SENDME uses up a tag, also one without proof: the next must match the next.
        if (_expectedCount == 0)
            throw new CircuitViolationException("A SENDME that none was due for.");
        ReadOnlySpan<byte> expected = _expected.AsSpan(_oldest * tagLength, tagLength);
        _oldest = (_oldest + 1) % MaxExpected;
        _expectedCount--;
        if (version == 1 && !Echoes(message, expected))
            throw new CircuitViolationException("A SENDME does not echo the tag of the cell that it acknowledges.");
        if (_packageWindow + Increment > MaxWindow)
            throw new CircuitViolationException("A SENDME opens the window of the circuit too wide.");
        _packageWindow += Increment;
    }

    private static bool Echoes(ReadOnlySpan<byte> message, ReadOnlySpan<byte> expected)
    {
        if (message.Length < HeaderLength + expected.Length || (message[1] << 8 | message[2]) != expected.Length)
            return false;
        return CryptographicOperations.FixedTimeEquals(message.Slice(HeaderLength, expected.Length), expected);
    }
}
