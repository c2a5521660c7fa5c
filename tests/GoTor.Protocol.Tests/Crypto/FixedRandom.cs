using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Tests.Crypto;

/// <summary>Hands out prepared bytes, so that published vectors with their fixed ephemeral keys can be replayed.</summary>
internal sealed class FixedRandom(params byte[][] answers) : TorRandom
{
    private int _next;

    public override void Fill(Span<byte> destination)
    {
        byte[] answer = answers[_next++];
        Assert.Equal(answer.Length, destination.Length);
        answer.CopyTo(destination);
    }
}
