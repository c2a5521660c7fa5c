namespace GoTor.Client.Telemetry;

/// <summary>What a circuit or stream is for. A closed set, so that it can be a metric's tag.</summary>
internal enum TrafficPurpose
{
    /// <summary>An application's traffic, and circuits built ahead of it.</summary>
    User,

    /// <summary>Our own fetching of directory documents: circuits of one hop, and BEGIN_DIR streams.</summary>
    Directory,
}

/// <summary>The tag "purpose", made once.</summary>
internal static class TrafficPurposeTag
{
    private static readonly KeyValuePair<string, object?> User = new("purpose", "user");
    private static readonly KeyValuePair<string, object?> Directory = new("purpose", "directory");

    public static KeyValuePair<string, object?> For(TrafficPurpose purpose) => purpose == TrafficPurpose.User ? User : Directory;
}
