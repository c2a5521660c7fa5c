using System.Globalization;
using System.Net;

namespace GoTor.Integration.Tests;

/// <summary>The kernel's list of a process's TCP connections.</summary>
internal static class SocketTable
{
    /// <returns>The other ends of its established connections. proc(5).</returns>
    public static IPEndPoint[] Peers(int processId)
    {
        HashSet<string> inodes = [.. Directory.EnumerateFiles($"/proc/{processId}/fd")
            .Select(file => new FileInfo(file).LinkTarget ?? "")
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target[8..^1])];
        return
        [
            .. new[] { "tcp", "tcp6" }
                .SelectMany(table => File.ReadLines($"/proc/{processId}/net/{table}").Skip(1))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields[3] == "01" && inodes.Contains(fields[9]))
                .Select(fields => Parse(fields[2])),
        ];
    }

    /// <summary>Reads <c>0100007F:1F90</c>: 32-bit words in the machine's order, then the port in hex.</summary>
    private static IPEndPoint Parse(string text)
    {
        string[] parts = text.Split(':');
        byte[] address = Convert.FromHexString(parts[0]);
        for (int word = 0; BitConverter.IsLittleEndian && word < address.Length; word += 4)
            Array.Reverse(address, word, 4);
        IPAddress ip = new(address);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
