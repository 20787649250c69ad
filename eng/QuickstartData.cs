#:property RestorePackagesWithLockFile=false
#:property PublishAot=false

// Makes the Quickstart's data: a balanced part of Fashion-MNIST, in the format of the original (gzip-compressed IDX files,
// http://yann.lecun.com/exdb/mnist), so that any reader of MNIST reads it. eng/make-quickstart-data.sh runs it.
//
//   dotnet run eng/QuickstartData.cs -- FASHION_MNIST_FOLDER OUTPUT_FOLDER
//
// The choice is the first images of each class in the order of the original files: nothing is drawn, so nothing depends on a generator.

using System.Buffers.Binary;
using System.IO.Compression;

const int Classes = 10, ImageBytes = 28 * 28;
const int TrainPerClass = 1200, TestPerClass = 200; // 14,000 images are 6.1 MB compressed; all 70,000 would be 30 MB

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: dotnet run eng/QuickstartData.cs -- FASHION_MNIST_FOLDER OUTPUT_FOLDER");
    return 2;
}

WritePart("train", TrainPerClass);
WritePart("t10k", TestPerClass);
return 0;

void WritePart(string part, int perClass)
{
    byte[] labels = Read($"{part}-labels-idx1-ubyte.gz"), images = Read($"{part}-images-idx3-ubyte.gz");
    ReadOnlySpan<byte> labelData = labels.AsSpan(8), imageData = images.AsSpan(16);
    if (BinaryPrimitives.ReadInt32BigEndian(labels) != 0x801 || BinaryPrimitives.ReadInt32BigEndian(images) != 0x803
        || imageData.Length != labelData.Length * ImageBytes)
        throw new InvalidDataException($"{part}: these are not the labels and 28x28 images of Fashion-MNIST.");

    int total = perClass * Classes;
    byte[] chosenLabels = new byte[8 + total], chosenImages = new byte[16 + total * ImageBytes];
    Header(chosenLabels, 0x801, total);
    Header(chosenImages, 0x803, total, 28, 28);

    var taken = new int[Classes];
    int next = 0;
    for (int i = 0; i < labelData.Length && next < total; i++)
    {
        if (taken[labelData[i]]++ >= perClass)
            continue;
        chosenLabels[8 + next] = labelData[i];
        imageData.Slice(i * ImageBytes, ImageBytes).CopyTo(chosenImages.AsSpan(16 + next * ImageBytes));
        next++;
    }

    Write($"{part}-labels-idx1-ubyte.gz", chosenLabels);
    Write($"{part}-images-idx3-ubyte.gz", chosenImages);
    Console.WriteLine($"{part}: {next} images, {perClass} of each class");
}

static void Header(byte[] file, params int[] numbers)
{
    for (int i = 0; i < numbers.Length; i++)
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), numbers[i]);
}

byte[] Read(string name)
{
    using var file = new GZipStream(File.OpenRead(Path.Combine(args[0], name)), CompressionMode.Decompress);
    var bytes = new MemoryStream();
    file.CopyTo(bytes);
    return bytes.ToArray();
}

void Write(string name, byte[] bytes)
{
    using var file = new GZipStream(File.Create(Path.Combine(args[1], name)), CompressionLevel.SmallestSize);
    file.Write(bytes);
}
