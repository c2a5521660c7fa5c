using System.Diagnostics;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Sandbox.Tests;

/// <summary>Python's stem, as somebody else's opinion of documents.</summary>
internal static class StemTool
{
    // Decrypts both layers, so that the address and all signatures have to fit.
    private const string OnionScript = """
        import sys
        from stem.descriptor.hidden_service import HiddenServiceDescriptorV3
        text = open(sys.argv[1], 'rb').read()
        descriptor = HiddenServiceDescriptorV3(text, validate=True)
        print(len(descriptor.decrypt(sys.argv[2]).introduction_points))
        """;

    /// <returns>The interpreter that has stem; null when there is none.</returns>
    // The first Python on the path need not be the one that the system's packages are for.
    public static async Task<string?> FindAsync()
    {
        foreach (string? python in (string?[])["/usr/bin/python3", TorTools.Find("python3")])
        {
            if (File.Exists(python) && (await RunAsync(python, "-c", "import stem.descriptor")).Code == 0)
                return python;
        }

        return null;
    }

    public static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(SandboxFixture.Patience);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>At least one of the descriptors opens with this address; others are of other periods. Nothing without stem.</summary>
    public static async Task CheckOnionDescriptorAsync(byte[][] descriptors, string onion, string folder)
    {
        if (await FindAsync() is not { } python)
            return;
        Assert.NotEmpty(descriptors);
        foreach (byte[] descriptor in descriptors.DistinctBy(Convert.ToHexString))
        {
            string file = Path.Combine(folder, "descriptor");
            await File.WriteAllBytesAsync(file, descriptor);
            (int code, string said) = await RunAsync(python, "-c", OnionScript, file, onion);
            Assert.True(code == 0, said);
            Assert.InRange(int.Parse(said, System.Globalization.CultureInfo.InvariantCulture), 1, 20);
        }
    }
}
