namespace GoTor.MetricsGateway.Custom;

/// <summary>A call that changed nothing. The message says to its sender what to do.</summary>
internal sealed class CustomRefusedException(CustomRefusal reason, string message) : Exception(message)
{
    /// <summary>The kind of fault.</summary>
    public CustomRefusal Reason { get; } = reason;
}

/// <summary>Why a call was refused: values of the tag "outcome".</summary>
internal enum CustomRefusal
{
    /// <summary>It breaks a rule.</summary>
    Invalid,

    /// <summary>The name is not registered, or no longer.</summary>
    NotRegistered,

    /// <summary>The name stands for something else.</summary>
    Taken,

    /// <summary>A quota is used up.</summary>
    Quota,
}
