namespace GoTor.Client.Proxies.Mapping;

/// <summary>One mapping as controllers see it, in C tor's notation: wildcards begin with "*.". Never logged: it names destinations.</summary>
/// <param name="From">What applications say; for reverse answers "REVERSE[address]".</param>
/// <param name="To">What is meant; ends in ".exit" where it names an exit.</param>
/// <param name="Expires">Null: it does not end by itself.</param>
/// <param name="StreamId">The stream that brought it about, where there was one.</param>
internal sealed record AddressMapping(string From, string To, AddressMapSource Source, DateTimeOffset? Expires, ulong? StreamId = null)
{
    public override string ToString() => "[scrubbed]";
}

/// <summary>A host after all rewriting.</summary>
/// <param name="Host">Lower case; addresses in canonical form, IPv6 in brackets.</param>
/// <param name="Changed">Some mapping applied.</param>
/// <param name="ExitSource">Who turned it into a name that ends in ".exit"; null when nobody did.</param>
/// <param name="Expires">When the first mapping that was used ends; null when none does.</param>
internal readonly record struct RewrittenHost(string Host, bool Changed, AddressMapSource? ExitSource, DateTimeOffset? Expires)
{
    public override string ToString() => "[scrubbed]";
}
