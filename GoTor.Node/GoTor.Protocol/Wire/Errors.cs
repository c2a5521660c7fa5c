namespace GoTor.Protocol.Wire;

/// <summary>Bytes that do not mean anything. Costs the object they arrived in: a message, a document, a connection attempt.</summary>
internal class MalformedMessageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A relay broke the rules of one circuit. Costs that circuit, and nothing else.</summary>
internal sealed class CircuitViolationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A relay broke the rules of the link. Costs the channel with every circuit on it.</summary>
internal sealed class ChannelViolationException(string message, Exception? inner = null) : Exception(message, inner);
