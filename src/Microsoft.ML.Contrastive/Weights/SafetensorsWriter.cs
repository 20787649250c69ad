using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>Writes safetensors files. The same tensors give the same bytes.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Data begin at a multiple of this, so that readers may map the file.</summary>
    private const int Alignment = 8;

    /// <summary>Writes tensors in the order given, whatever their device and strides.</summary>
    /// <exception cref="NotSupportedException">A tensor is of a type that the format does not have.</exception>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        byte[] header = Header(tensors);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach ((_, Tensor tensor) in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            if (tensor.numel() > 0)
                stream.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    private static byte[] Header(IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            long begin = 0;
            json.WriteStartObject();
            foreach ((string name, Tensor tensor) in tensors)
            {
                long end = begin + (tensor.numel() * tensor.element_size());
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsType.NameOf(tensor.dtype));
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                begin = end;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}
