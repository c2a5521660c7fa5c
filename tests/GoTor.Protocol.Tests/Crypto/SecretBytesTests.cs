using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Tests.Crypto;

public class SecretBytesTests
{
    [Fact]
    public void ToString_Secret_PrintsNothingOfIt() => Assert.Equal("[secret]", $"{new SecretBytes([1, 2, 3])}");

    [Fact]
    public void Dispose_Secret_IsZeroedAndCannotBeUsedAnyMore()
    {
        var secret = new SecretBytes([1, 2, 3]);
        Span<byte> view = secret.Span;
        secret.Dispose();
        secret.Dispose();
        Assert.Equal([0, 0, 0], view.ToArray());
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
    }

    [Fact]
    public void FixedTimeEquals_SameDifferentAndShorter_TellsThemApart()
    {
        using var secret = new SecretBytes([1, 2, 3]);
        using var same = new SecretBytes([1, 2, 3]);
        using var different = new SecretBytes([1, 2, 4]);
        Assert.True(secret.FixedTimeEquals(same));
        Assert.False(secret.FixedTimeEquals(different));
        Assert.False(secret.FixedTimeEquals([1, 2]));
    }
}
