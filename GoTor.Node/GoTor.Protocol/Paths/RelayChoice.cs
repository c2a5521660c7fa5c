using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>A relay, or why there is none, in terms of options that the user can change. Free of relays and destinations but for ports.</summary>
internal readonly record struct RelayChoice(Relay? Relay, string? Failure)
{
    public static RelayChoice Of(Relay relay) => new(relay, null);

    public static RelayChoice None(string failure) => new(null, failure);
}
