using System.Buffers.Binary;
using System.Text;

namespace GoTor.Testing.Otlp;

/// <summary>A protobuf message taken apart by field number, without its schema.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public ProtobufMessage(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            ulong tag = TakeVarint(ref message);
            (int field, int wireType) = ((int)(tag >> 3), (int)(tag & 7));
            switch (wireType)
            {
                case 0:
                    _fields.Add((field, TakeVarint(ref message), default));
                    break;
                case 1:
                    _fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(message.Span), default));
                    message = message[8..];
                    break;
                case 2:
                    int length = (int)TakeVarint(ref message);
                    _fields.Add((field, 0, message[..length]));
                    message = message[length..];
                    break;
                case 5:
                    _fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(message.Span), default));
                    message = message[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {wireType}.");
            }
        }
    }

    public IEnumerable<ProtobufMessage> Messages(int field) => All(field).Select(bytes => new ProtobufMessage(bytes));

    public IEnumerable<ReadOnlyMemory<byte>> All(int field) => _fields.Where(f => f.Field == field).Select(f => f.Bytes);

    public bool Has(int field) => _fields.Exists(f => f.Field == field);

    public string Text(int field) => Encoding.UTF8.GetString(All(field).FirstOrDefault().Span);

    public string Hex(int field) => Convert.ToHexStringLower(All(field).FirstOrDefault().Span);

    /// <summary>An integer, or the bits of a fixed64; 0 when it is absent.</summary>
    public ulong Number(int field) => _fields.Find(f => f.Field == field).Number;

    public double Double(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    /// <summary>A repeated fixed64, packed.</summary>
    public IEnumerable<ulong> PackedNumbers(int field) =>
        All(field).SelectMany(bytes => Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[(i * 8)..])));

    private static ulong TakeVarint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (int i = 0; ; i++)
        {
            byte part = message.Span[i];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                message = message[(i + 1)..];
                return value;
            }
        }
    }
}
