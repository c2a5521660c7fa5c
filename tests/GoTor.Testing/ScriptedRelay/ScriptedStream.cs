using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>The exit's end of one stream: windows counted independently of the code under test.</summary>
internal sealed class ScriptedStream(StreamId id, int hop, string target)
{
    private readonly IncrementalHash _received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _pending = [];
    private int _pendingStart;
    private int _pendingEnd;
    private long _served;

    public StreamId Id => id;

    public int Hop => hop;

    /// <summary>Host and port as BEGIN said; empty for BEGIN_DIR.</summary>
    public string Target => target;

    public int PackageWindow { get; set; } = 500;

    public int DeliverWindow { get; set; } = 500;

    /// <summary>Give back what comes in.</summary>
    public bool Echoes { get; set; }

    /// <summary>Bytes of <see cref="Served"/> to send, then END DONE; negative for none.</summary>
    public long ServeLength { get; set; } = -1;

    /// <summary>False: takes what comes in and never opens the client's window again.</summary>
    public bool SendsSendmes { get; set; } = true;

    public bool EndedByClient { get; set; }

    public bool EndedByUs { get; set; }

    public long ReceivedLength { get; private set; }

    public long DataMessages { get; private set; }

    public string ReceivedHash => Convert.ToHexString(_received.GetCurrentHash());

    public bool IsServed => ServeLength >= 0 && _served == ServeLength;

    /// <summary>The endless bytes that every scripted exit serves.</summary>
    public static byte[] Pattern { get; } = MakePattern();

    /// <summary>What is served from a position on.</summary>
    public static void Served(long position, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> from = Pattern.AsSpan((int)(position % Pattern.Length));
            int count = Math.Min(from.Length, destination.Length);
            from[..count].CopyTo(destination);
            destination = destination[count..];
            position += count;
        }
    }

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        ReceivedLength += bytes.Length;
        DataMessages++;
        _received.AppendData(bytes);
        if (Echoes)
            Queue(bytes);
    }

    /// <summary>Bytes to send besides what is served.</summary>
    public void Queue(ReadOnlySpan<byte> bytes)
    {
        if (_pendingEnd + bytes.Length > _pending.Length)
        {
            byte[] larger = _pendingEnd - _pendingStart + bytes.Length > _pending.Length / 2
                ? new byte[Math.Max(64 * 1024, 2 * (_pending.Length + bytes.Length))]
                : _pending;
            _pending.AsSpan(_pendingStart, _pendingEnd - _pendingStart).CopyTo(larger);
            _pendingEnd -= _pendingStart;
            _pendingStart = 0;
            _pending = larger;
        }

        bytes.CopyTo(_pending.AsSpan(_pendingEnd));
        _pendingEnd += bytes.Length;
    }

    /// <summary>The next bytes to send, at most one message's worth.</summary>
    public int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _pendingEnd - _pendingStart);
        if (count > 0)
        {
            _pending.AsSpan(_pendingStart, count).CopyTo(destination);
            _pendingStart += count;
            return count;
        }

        count = (int)Math.Min(destination.Length, ServeLength - _served);
        if (count <= 0)
            return 0;
        Served(_served, destination[..count]);
        _served += count;
        return count;
    }

    private static byte[] MakePattern()
    {
        // Prime length, so that no cell, batch or buffer size hides a shifted byte.
        byte[] pattern = new byte[65_521];
        uint state = 1;
        for (int i = 0; i < pattern.Length; i++)
        {
            state = state * 1664525 + 1013904223;
            pattern[i] = (byte)(state >> 24);
        }

        return pattern;
    }
}
