namespace GoTor.Client.Storage;

/// <summary>A file or directory of ours cannot be used. The message names it and says what to do; it is meant for the operator.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : IOException(message, inner);
