using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>
/// How many introductions a service takes from one introduction point: so many at once, and so many per second in the long run. The service
/// says it in ESTABLISH_INTRO; without a word there is no limit. One caller at a time.
/// </summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#EST_INTRO_DOS_EXT; proposal 305.</remarks>
internal sealed class IntroductionLimit
{
    private const byte RateParameter = 1;
    private const byte BurstParameter = 2;

    private readonly ulong _rate;
    private readonly ulong _burst;
    private double _left;
    private DateTimeOffset _filledAt;

    private IntroductionLimit(ulong rate, ulong burst, DateTimeOffset now)
    {
        (_rate, _burst) = (rate, burst);
        (_left, _filledAt) = (burst, now);
    }

    /// <summary>Null means no limit: nothing is said, zero is said, or nonsense is. A relay must not guess what a service meant.</summary>
    public static IntroductionLimit? From(IReadOnlyList<OnionExtension> extensions, DateTimeOffset now)
    {
        foreach (OnionExtension extension in extensions)
        {
            if (extension.Type == OnionExtension.DenialOfService)
                return Read(extension.Body.Span, now);
        }

        return null;
    }

    /// <summary>The extension that asks for such a limit.</summary>
    public static OnionExtension Ask(uint rate, uint burst)
    {
        byte[] body = new byte[1 + 2 * (1 + sizeof(ulong))];
        var writer = new WireWriter(body);
        writer.WriteByte(2);
        writer.WriteByte(RateParameter);
        writer.WriteUInt64(rate);
        writer.WriteByte(BurstParameter);
        writer.WriteUInt64(burst);
        return new OnionExtension(OnionExtension.DenialOfService, body);
    }

    /// <returns>False when the service has had enough for now.</returns>
    public bool Take(DateTimeOffset now)
    {
        if (now > _filledAt)
        {
            _left = Math.Min(_burst, _left + (now - _filledAt).TotalSeconds * _rate);
            _filledAt = now;
        }

        if (_left < 1)
            return false;
        _left--;
        return true;
    }

    private static IntroductionLimit? Read(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        try
        {
            var reader = new WireReader(body);
            (ulong rate, ulong burst) = (0, 0);
            for (int left = reader.ReadByte(); left > 0; left--)
            {
                switch (reader.ReadByte())
                {
                    case RateParameter:
                        rate = reader.ReadUInt64();
                        break;
                    case BurstParameter:
                        burst = reader.ReadUInt64();
                        break;
                    default:
                        return null;
                }
            }

            return rate is > 0 and <= int.MaxValue && burst <= int.MaxValue && burst >= rate ? new IntroductionLimit(rate, burst, now) : null;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }
}
