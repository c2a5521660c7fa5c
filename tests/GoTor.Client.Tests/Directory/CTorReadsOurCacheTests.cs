using System.Diagnostics;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Client.Tests.Directory;

public class CTorReadsOurCacheTests
{
    // A user who goes back to C tor keeps the documents.
    [SkippableFact]
    public async Task Files_InADataDirectoryOfCTor_AreTakenOver()
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        DateTimeOffset now = new(DateTimeOffset.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        await using DirectoryFixture fixture = new(new TestNetwork { ValidAfter = now - TimeSpan.FromMinutes(5) });
        await fixture.RunUntilReadyAsync();
        await fixture.UntilAsync(() => fixture.Manager.Current!.Relays.All(relay => relay.IsUsable));
        await fixture.StopAsync();

        ProcessStartInfo start = new(TorTools.Tor!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "--defaults-torrc", "/nonexistent", "--ignore-missing-torrc", "-f", "/nonexistent", "--DataDirectory", fixture.Path,
            "--DisableNetwork", "1", "--SocksPort", "0", "--TestingTorNetwork", "1", "--Log", "info stdout", "--GeoIPFile", "/dev/null",
            .. TestAuthority.Ours.SelectMany(authority => (string[])
                ["--DirAuthority", $"{authority.Nickname} orport=5000 v3ident={authority.Identity} 127.0.0.1:80 {authority.SigningKey}"]),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process tor = Process.Start(start)!;
        try
        {
            using CancellationTokenSource slow = new(TimeSpan.FromSeconds(30));
            List<string> log = [];
            while (!log.Exists(line => line.Contains("Found 20 descriptors", StringComparison.Ordinal)))
            {
                string? line = await tor.StandardOutput.ReadLineAsync(slow.Token);
                Assert.True(line is not null, string.Join('\n', log));
                log.Add(line);
            }

            Assert.Contains(log, line => line.Contains("This microdesc one has 3 (auth1 auth2 auth3)", StringComparison.Ordinal));
            Assert.Equal(3, log.Count(line => line.Contains("Adding cached certificate for directory authority", StringComparison.Ordinal)));
        }
        finally
        {
            tor.Kill();
            await tor.WaitForExitAsync();
        }
    }
}
