namespace GoTor.Client.Directory.Fetching;

/// <summary>How one request to a directory server ended. A closed set: it is a metric's tag.</summary>
internal enum FetchOutcome
{
    /// <summary>200, and a body that unpacked.</summary>
    Success,

    /// <summary>304: what we have is the newest that the server has.</summary>
    NotModified,

    /// <summary>404: the server does not have it.</summary>
    NotFound,

    /// <summary>503: the server wants to be left alone.</summary>
    Busy,

    /// <summary>Any other status.</summary>
    Refused,

    /// <summary>No circuit to it came about.</summary>
    Unreachable,

    /// <summary>The circuit or the stream ended before the answer was there.</summary>
    Broken,

    /// <summary>Too little, too slowly.</summary>
    TooSlow,

    /// <summary>Not HTTP, not what we asked to be packed in, a bomb, or a body that is nothing.</summary>
    Garbage,

    /// <summary>We no longer wanted it.</summary>
    Cancelled,
}
