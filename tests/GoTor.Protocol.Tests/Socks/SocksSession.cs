using System.Text;
using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Tests.Socks;

/// <summary>What became of some bytes from an application.</summary>
internal sealed record SocksOutcome(SocksStep Step, string Replies, string LeftOver, SocksRequest? Request, SocksRefusal? Refusal);

internal static class SocksSession
{
    /// <summary>One char per byte, so that tests can write bytes as C tor's tests do.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Feeds the pieces as they would arrive, keeping what was not consumed.</summary>
    public static SocksOutcome Feed(SocksHandshakeOptions options, params byte[][] pieces)
    {
        SocksHandshake handshake = new(options);
        List<byte> unread = [];
        List<byte> replies = [];
        SocksStep step = SocksStep.NeedMore;
        foreach (byte[] piece in pieces)
        {
            unread.AddRange(piece);
            if (step != SocksStep.NeedMore)
                continue;
            step = handshake.Read(unread.ToArray(), out int consumed);
            unread.RemoveRange(0, consumed);
            replies.AddRange(handshake.TakeReply().ToArray());
        }

        string leftOver = step == SocksStep.Refused ? "" : Encoding.Latin1.GetString([.. unread]);
        return new SocksOutcome(step, Convert.ToHexStringLower([.. replies]), leftOver, handshake.Request, handshake.Refusal);
    }

    public static SocksOutcome Feed(string bytes, SocksHandshakeOptions? options = null) => Feed(options ?? new(), Bytes(bytes));
}
