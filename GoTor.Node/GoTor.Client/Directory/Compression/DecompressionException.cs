using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Compression;

/// <summary>A packed answer is corrupt, cut short, or would unpack to more than it may. Costs that answer.</summary>
internal sealed class DecompressionException(string message, Exception? inner = null) : MalformedMessageException(message, inner);
