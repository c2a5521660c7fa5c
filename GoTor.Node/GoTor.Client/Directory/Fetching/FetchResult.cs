namespace GoTor.Client.Directory.Fetching;

/// <param name="Body">Unpacked; empty unless <see cref="FetchOutcome.Success"/>.</param>
/// <param name="ClockSkew">How far our clock was ahead of the server's when we sent the request; null when it did not say.</param>
internal sealed record FetchResult(FetchOutcome Outcome, ReadOnlyMemory<byte> Body = default, TimeSpan? ClockSkew = null);
