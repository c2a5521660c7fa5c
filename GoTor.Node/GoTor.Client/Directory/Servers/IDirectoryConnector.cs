namespace GoTor.Client.Directory.Servers;

/// <summary>Opens streams to the directory of a relay (BEGIN_DIR). Safe for concurrent use.</summary>
internal interface IDirectoryConnector
{
    /// <exception cref="TorException">
    /// <see cref="TorErrorKind.RelayUnreachable"/> or <see cref="TorErrorKind.Timeout"/> when the relay or the way to it is to blame;
    /// any other kind when it is not.
    /// </exception>
    Task<Stream> OpenAsync(DirectoryServer server, CancellationToken cancellationToken);
}
