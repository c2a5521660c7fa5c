namespace GoTor.Client.Streams;

/// <summary>A byte stream through a circuit.</summary>
internal abstract class TorStream : Stream;
