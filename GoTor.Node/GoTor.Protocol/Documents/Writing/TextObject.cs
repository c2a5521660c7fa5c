using System.Text;

namespace GoTor.Protocol.Documents.Writing;

/// <summary>Writes the objects of directory documents: base64 in lines of 64 characters between BEGIN and END. dir-spec §1.2.</summary>
internal static class TextObject
{
    private const int LineLength = 64;

    public static string Encode(string label, ReadOnlySpan<byte> bytes)
    {
        string base64 = Convert.ToBase64String(bytes);
        var text = new StringBuilder();
        text.Append("-----BEGIN ").Append(label).Append("-----\n");
        for (int i = 0; i < base64.Length; i += LineLength)
            text.Append(base64, i, Math.Min(LineLength, base64.Length - i)).Append('\n');
        return text.Append("-----END ").Append(label).Append("-----\n").ToString();
    }
}
