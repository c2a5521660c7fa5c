namespace GoTor.Client.Circuits;

/// <summary>A circuit did not come about.</summary>
internal sealed class CircuitBuildException(CircuitEnd reason, int hopsBuilt, bool guardAtFault, Exception? inner = null)
    : Exception($"The circuit failed after {hopsBuilt} hops: {reason.Kind}.", inner)
{
    /// <summary>How many hops had completed their handshake.</summary>
    public int HopsBuilt => hopsBuilt;

    /// <summary>
    /// The guard or the way to it failed: no channel, or no first hop. A relay further out is to blame otherwise, or nobody can tell.
    /// </summary>
    public bool GuardAtFault => guardAtFault;

    public CircuitEnd Reason => reason;
}
