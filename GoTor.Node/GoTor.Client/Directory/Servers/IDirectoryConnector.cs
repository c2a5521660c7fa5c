namespace GoTor.Client.Directory.Servers;

/// <summary>Opens streams to the directory of a relay (BEGIN_DIR). Safe for concurrent use.</summary>
internal interface IDirectoryConnector
{
    /// <exception cref="TorException">The relay cannot be reached or refuses.</exception>
    Task<Stream> OpenAsync(DirectoryServer server, CancellationToken cancellationToken);
}
