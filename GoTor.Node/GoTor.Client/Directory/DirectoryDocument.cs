namespace GoTor.Client.Directory;

/// <summary>What can be asked for. A closed set: it is a metric's tag.</summary>
internal enum DirectoryDocument
{
    Consensus,
    Certificates,
    Microdescriptors,
}
