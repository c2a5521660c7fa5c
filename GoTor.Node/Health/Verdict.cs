namespace GoTor.Node.Health;

/// <summary>How well a part of the node is, the worst first.</summary>
internal enum HealthLevel
{
    /// <summary>It keeps traffic from flowing.</summary>
    Unhealthy,

    /// <summary>Traffic flows, and somebody should look.</summary>
    Degraded,

    Healthy,
}

/// <summary>What a check found.</summary>
/// <param name="Component">One of a closed set, as "circuits".</param>
/// <param name="Message">What is wrong and what to do about it; of a healthy component, what is well. Free of relays, addresses and destinations.</param>
/// <param name="Details">The numbers that led to it: whole numbers, fractions, Go's durations, RFC 3339 times.</param>
internal sealed record Verdict(string Component, HealthLevel Level, string Message, params IReadOnlyList<(string Name, string Value)> Details);
