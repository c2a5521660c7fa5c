namespace GoTor.Testing.PrivateNetwork;

/// <summary>Makes the keys of one directory authority with C tor's own tools.</summary>
internal static class AuthorityKeys
{
    /// <summary>Fills <c>keys/</c> of the authority's data directory.</summary>
    /// <returns>Its <c>DirAuthority</c> line.</returns>
    public static async Task<string> MakeAsync(TestRelay authority, CancellationToken cancel)
    {
        string keys = PrivateFolder.Create(Path.Combine(authority.Folder, "keys"));
        string certificate = Path.Combine(keys, "authority_certificate");

        Task signing = ChildProcess.RunAsync(
            TorTools.TorGencert!, "a passphrase that nobody needs\n", cancel,
            "--create-identity-key",
            "--passphrase-fd", "0",
            "-m", "12",
            "-a", authority.DirPort!.ToString(),
            "-i", Path.Combine(keys, "authority_identity_key"),
            "-s", Path.Combine(keys, "authority_signing_key"),
            "-c", certificate);
        Task relay = ChildProcess.RunAsync(
            TorTools.Tor!, "", cancel,
            "--defaults-torrc", Path.Combine(authority.Folder, "no-defaults"),
            "-f", Path.Combine(authority.Folder, "no-torrc"), "--ignore-missing-torrc",
            "--DataDirectory", authority.Folder,
            "--Nickname", authority.Name,
            "--ORPort", authority.OrPort.ToString(),
            "--list-fingerprint", "--hush");
        await Task.WhenAll(signing, relay);

        string identity = (await File.ReadAllLinesAsync(certificate, cancel))
            .First(line => line.StartsWith("fingerprint ", StringComparison.Ordinal))["fingerprint ".Length..];
        return $"DirAuthority {authority.Name} orport={authority.OrPort.Port} v3ident={identity} {authority.DirPort} {authority.Fingerprint}";
    }
}
