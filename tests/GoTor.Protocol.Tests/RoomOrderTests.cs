using System.Text.RegularExpressions;
using GoTor.Testing;

namespace GoTor.Protocol.Tests;

/// <summary>Inside GoTor.Protocol a room uses only rooms above it in this list. The compiler cannot hold that; this does.</summary>
public class RoomOrderTests
{
    private static readonly string[] Order =
    [
        "Wire", "Crypto", "Certificates", "Cells", "Documents", "Channels", "Streams", "Circuits", "Network", "Paths", "OnionServices", "Socks",
        "ControlPort", "Http", "Dns",
    ];

    [Fact]
    public void Rooms_UseOnlyRoomsAboveThem()
    {
        string root = Path.Combine(Checkout.Root, "GoTor.Node", "GoTor.Protocol");
        List<string> wrong = [];
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string room = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0];
            if (room is "bin" or "obj")
                continue;
            int place = Array.IndexOf(Order, room);
            if (place < 0)
                wrong.Add($"{file}: no room of this name is in the list");
            foreach (Match match in Regex.Matches(File.ReadAllText(file), @"GoTor\.Protocol\.(\w+)"))
            {
                if (Array.IndexOf(Order, match.Groups[1].Value) > place)
                    wrong.Add($"{Path.GetRelativePath(root, file)} uses {match.Groups[1].Value}");
            }
        }

        Assert.Empty(wrong);
    }
}
