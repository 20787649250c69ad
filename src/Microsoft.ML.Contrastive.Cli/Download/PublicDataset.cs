using System.Security.Cryptography;

namespace Microsoft.ML.Contrastive.Cli.Download;

/// <summary>A file that somebody publishes.</summary>
/// <param name="Name">Its name on the disk.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Algorithm">MD5 or SHA-256. MD5 is what some publish: it finds damage, not intent.</param>
/// <param name="Checksum">The checksum as hexadecimal digits.</param>
internal sealed record PublishedFile(string Name, Uri Address, long Length, HashAlgorithmName Algorithm, string Checksum)
{
    /// <summary>The checksum of a file on the disk, by <see cref="Algorithm"/>.</summary>
    public string ChecksumOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(CryptographicOperations.HashData(Algorithm, stream));
    }
}

/// <summary>A public data set: <c>mlnet-contrastive download NAME</c>.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Description">What it is, in a line.</param>
/// <param name="ChecksumSource">Who says that the checksums are right.</param>
/// <param name="Files">Its files.</param>
internal sealed record PublicDataset(string Name, string Description, string ChecksumSource, params PublishedFile[] Files)
{
    // TensorFlow Datasets records size and SHA-256 of each file that it has downloaded (tensorflow/datasets, url_checksums).
    private const string RecordedByTfds = "The publisher names none; this is what TensorFlow Datasets has recorded.";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PublicDataset> All { get; } =
    [
        new("cifar10", "CIFAR-10: 60,000 images of 32 × 32 pixels in 10 classes.", "The publisher's page names it (MD5).",
            Md5("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530")),
        new("stl10", "STL-10: 13,000 images of 96 × 96 pixels in 10 classes, and 100,000 without labels.", RecordedByTfds,
            Sha256("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz", 2_640_397_119, "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866")),
        new("tiny-imagenet", "Tiny-ImageNet: 120,000 images of 64 × 64 pixels in 200 classes.",
            "The publisher names none; this is what several projects that use the file have recorded, and is not confirmed by the publisher.",
            Sha256("http://cs231n.stanford.edu/tiny-imagenet-200.zip", 248_100_043, "6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821")),
        new("fashion-mnist", "Fashion-MNIST: 70,000 grey images of 28 × 28 pixels in 10 classes.", "The publisher's page names them (MD5).",
            Md5("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            Md5("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            Md5("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
            Md5("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310")),
        new("imagenette", "Imagenette, shorter side 160 pixels: 13,394 photographs in 10 classes of ImageNet.", RecordedByTfds,
            Sha256("https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz", 98_948_031, "88daccb09b6fce93f45e6c09ddeb269cce705549e6bff322092a2a5a11489863")),
    ];

    private static PublishedFile Md5(string address, long length, string checksum) => File(address, length, HashAlgorithmName.MD5, checksum);

    private static PublishedFile Sha256(string address, long length, string checksum) => File(address, length, HashAlgorithmName.SHA256, checksum);

    private static PublishedFile File(string address, long length, HashAlgorithmName algorithm, string checksum) =>
        new(address[(address.LastIndexOf('/') + 1)..], new Uri(address), length, algorithm, checksum);
}
