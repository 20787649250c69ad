using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// Reads a pickle without executing anything: a machine with a stack, a memo and the few operations that checkpoints consist of (Python's
/// <c>pickletools</c> describes them, protocols 2 to 5). Whatever else a pickle asks for is refused by name.
/// </summary>
/// <param name="data">The pickle.</param>
internal sealed class PickleReader(ReadOnlyMemory<byte> data)
{
    /// <summary>A checkpoint takes some forty operations a tensor. The limit bounds the memory: an operation makes one value at most, of some dozen bytes.</summary>
    private const int MostOperations = 500_000;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly List<StorageReference> _storages = [];
    private int _position;

    /// <summary>The byte after the last that has been read.</summary>
    public int Position => _position;

    /// <summary>The storages that it refers to, as often as it does.</summary>
    public IReadOnlyList<StorageReference> Storages => _storages;

    /// <summary>Reads to the end of the pickle.</summary>
    /// <returns>The value: null, bool, long, double, string, byte[], object?[] for a tuple, or one of the classes beside this one.</returns>
    /// <exception cref="InvalidDataException">The pickle is damaged, or asks for something that is not allowed.</exception>
    public object? Read()
    {
        for (int operations = 0; operations < MostOperations; operations++)
        {
            byte operation = Byte();
            if (operation == (byte)'.')
                return Pop();
            Execute(operation);
        }

        throw new InvalidDataException($"it takes more than {MostOperations} operations, which no checkpoint does");
    }

    private void Execute(byte operation)
    {
        switch ((char)operation)
        {
            // Frames and versions change nothing.
            case '\x80': Bytes(1); break;
            case '\x95': Bytes(8); break;

            case 'N': Push(null); break;
            case '\x88': Push(true); break;
            case '\x89': Push(false); break;
            case 'K': Push((long)Byte()); break;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case '\x8a': Push(Long(Bytes(Byte()))); break;
            case '\x8b': Push(Long(Bytes(Length32()))); break;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;

            case 'X': Push(Text(Bytes(Length32()))); break;
            case '\x8c': Push(Text(Bytes(Byte()))); break;
            case '\x8d': Push(Text(Bytes(Length64()))); break;
            case 'T': Push(Text(Bytes(Length32()))); break;
            case 'U': Push(Text(Bytes(Byte()))); break;
            case 'B': Push(Bytes(Length32()).ToArray()); break;
            case 'C': Push(Bytes(Byte()).ToArray()); break;
            case '\x8e': Push(Bytes(Length64()).ToArray()); break;

            case '(': _marks.Add(_stack.Count); break;
            case '0': Pop(); break;
            case '1': PopToMark(); break;
            case '2': Push(_stack.Count > 0 ? _stack[^1] : throw Empty()); break;

            case ')': Push(Array.Empty<object?>()); break;
            case '\x85': Push(PopTuple(1)); break;
            case '\x86': Push(PopTuple(2)); break;
            case '\x87': Push(PopTuple(3)); break;
            case 't': Push(PopToMark()); break;

            case ']' or '\x8f': Push(new PickleList()); break;
            case 'l' or '\x91': Push(Filled(new PickleList(), PopToMark())); break;
            case 'a': AddItems(PopTuple(1)); break;
            case 'e' or '\x90': AddItems(PopToMark()); break;

            case '}': Push(new PickleDictionary()); break;
            case 'd': Push(Filled(new PickleDictionary(), PopToMark())); break;
            case 's': AddItems(PopTuple(2)); break;
            case 'u': AddItems(PopToMark()); break;

            case 'q': Remember(Byte()); break;
            case 'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))); break;
            case '\x94': Remember((uint)_memo.Count); break;
            case 'h': Push(Recall(Byte())); break;
            case 'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;

            case 'c': Push(TorchObjects.Global($"{Line()}.{Line()}")); break;
            case '\x93':
                object?[] name = PopTuple(2);
                Push(TorchObjects.Global($"{Name(name[0])}.{Name(name[1])}"));
                break;
            case 'R' or '\x81':
                object?[] call = PopTuple(2);
                Push(TorchObjects.Call(call[0], call[1]));
                break;
            case '\x92':
                object?[] callWithNames = PopTuple(3);
                Push(TorchObjects.Call(callWithNames[0], callWithNames[1]));
                break;
            case 'b':
                // The attributes of the object below. A tensor, a dictionary or a list has none that weights need.
                Pop();
                break;
            case 'Q':
                StorageReference storage = TorchObjects.Persistent(Pop());
                _storages.Add(storage);
                Push(storage);
                break;

            default:
                throw new InvalidDataException($"byte {_position - 1} is the pickle operation 0x{operation:X2}, which weights do not need and which is not executed");
        }
    }

    private void AddItems(object?[] items)
    {
        object? target = _stack.Count > 0 ? _stack[^1] : throw Empty();
        switch (target)
        {
            case PickleList list: Filled(list, items); break;
            case PickleDictionary dictionary: Filled(dictionary, items); break;
            case OpaqueValue: break;
            default: throw new InvalidDataException($"items are added to something that is no container, before byte {_position}");
        }
    }

    private static PickleList Filled(PickleList list, object?[] items)
    {
        foreach (object? item in items)
            list.Add(item);
        return list;
    }

    private static PickleDictionary Filled(PickleDictionary dictionary, object?[] items)
    {
        if (items.Length % 2 != 0)
            throw new InvalidDataException("a dictionary has a key without a value");
        for (int i = 0; i < items.Length; i += 2)
            dictionary.Add(items[i], items[i + 1]);
        return dictionary;
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Pop() => PopTuple(1)[0];

    private object?[] PopTuple(int count)
    {
        // What lies below the last mark belongs to whoever set it.
        if (_stack.Count - count < (_marks.Count > 0 ? _marks[^1] : 0))
            throw Empty();
        return Take(_stack.Count - count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw new InvalidDataException($"a group ends before byte {_position} that has not begun");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return Take(mark);
    }

    private object?[] Take(int start)
    {
        object?[] taken = [.. _stack[start..]];
        _stack.RemoveRange(start, _stack.Count - start);
        return taken;
    }

    private void Remember(uint key) => _memo[key] = _stack.Count > 0 ? _stack[^1] : throw Empty();

    private object? Recall(uint key) => _memo.TryGetValue(key, out object? value)
        ? value
        : throw new InvalidDataException($"it refers to the value {key}, which it has not kept, before byte {_position}");

    private InvalidDataException Empty() => new($"it takes a value from an empty stack before byte {_position}");

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > data.Length - _position)
            throw new InvalidDataException($"it ends within byte {_position} and the {count} that should follow");
        ReadOnlySpan<byte> bytes = data.Span.Slice(_position, count);
        _position += count;
        return bytes;
    }

    private int Length32() => Length(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));

    private int Length64() => Length(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)));

    private int Length(ulong length) => length <= (ulong)(data.Length - _position)
        ? (int)length
        : throw new InvalidDataException($"a value before byte {_position} claims {length} bytes, but only {data.Length - _position} follow");

    /// <summary>A whole number of any length, little-endian; nothing in weights exceeds 64 bits.</summary>
    private static object Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
            return OpaqueValue.Instance;
        long value = bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        return value;
    }

    private string Line()
    {
        int length = data.Span[_position..].IndexOf((byte)'\n');
        if (length < 0)
            throw new InvalidDataException($"the name at byte {_position} does not end");
        string line = Text(Bytes(length));
        _position++;
        return line;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string Name(object? value) =>
        value as string ?? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the name of a class or function is {value ?? "None"}"));
}
