namespace GoTor.MetricsGateway.Http;

/// <summary>How many requests are served at once. Safe for concurrent use.</summary>
internal sealed class RequestLimit(int most)
{
    private int _inside;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= most)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inside);
}
