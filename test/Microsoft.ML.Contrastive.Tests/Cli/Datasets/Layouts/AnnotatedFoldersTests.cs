using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets.Layouts;

/// <summary>Layouts whose classes or splits stand in files: Tiny-ImageNet, ImageNet, COCO, Pascal VOC.</summary>
public sealed class AnnotatedFoldersTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tiny_imagenet()
    {
        _folder.WriteImages(
            "tiny-imagenet-200/train/n01/images/n01_0.JPEG", "tiny-imagenet-200/train/n02/images/n02_0.JPEG",
            "tiny-imagenet-200/val/images/val_0.JPEG", "tiny-imagenet-200/val/images/val_1.JPEG", "tiny-imagenet-200/test/images/test_0.JPEG");
        _folder.Write("tiny-imagenet-200/val/val_annotations.txt", "val_0.JPEG\tn02\t0\t0\t1\t1\n");
        _folder.Write("tiny-imagenet-200/wnids.txt", "n01\nn02\n");
        using Dataset dataset = _folder.Open();
        Assert.Equal("tiny-imagenet", dataset.Format);
        string folder = "tiny-imagenet-200/";
        Assert.Equal(
            [folder + "test/images/test_0.JPEG  test", folder + "train/n01/images/n01_0.JPEG n01 train", folder + "train/n02/images/n02_0.JPEG n02 train", folder + "val/images/val_0.JPEG n02 val", folder + "val/images/val_1.JPEG  val"],
            DatasetRow.Of(dataset, _folder.Path));
        Assert.StartsWith("1 images of val", Assert.Single(dataset.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "val.txt", "v_1.JPEG 1\nv_2.JPEG 0\n")]
    [InlineData("", "val.txt", "v_1.JPEG n00000009\nv_2.JPEG n00000002")]
    [InlineData("ILSVRC/Data/CLS-LOC/", "LOC_val_solution.csv", "ImageId,PredictionString\nv_2,n00000002 1 2 3 4\nv_1,n00000009 1 1 9 9 n00000009 3 3 4 4\n")]
    public void Imagenet(string root, string annotations, string text)
    {
        _folder.WriteImages($"{root}train/n00000009/a.JPEG", $"{root}train/n00000002/b.JPEG", $"{root}val/v_1.JPEG", $"{root}val/v_2.JPEG", $"{root}test/t.JPEG");
        _folder.Write(annotations, text);
        using Dataset dataset = _folder.Open();
        Assert.Equal("imagenet", dataset.Format);
        Assert.Equal(
            [$"{root}test/t.JPEG  test", $"{root}train/n00000002/b.JPEG n00000002 train", $"{root}train/n00000009/a.JPEG n00000009 train", $"{root}val/v_1.JPEG n00000009 val", $"{root}val/v_2.JPEG n00000002 val"],
            DatasetRow.Of(dataset, _folder.Path));
        Assert.Empty(dataset.Notes);
    }

    [Fact]
    public void Imagenet_without_annotations_says_so()
    {
        _folder.WriteImages("train/n00000009/a.JPEG", "train/n00000002/b.JPEG", "val/v_1.JPEG");
        using Dataset dataset = _folder.Open();
        Assert.Contains("1 images of val have no label", Assert.Single(dataset.Notes), StringComparison.Ordinal);
        Assert.Equal(2, dataset.LabelledCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("images/")]
    public void Coco_gives_images_and_leaves_masks(string folder)
    {
        _folder.WriteImages($"{folder}train2017/1.jpg", $"{folder}unlabeled2017/2.jpg", "masks/train2017/1.png");
        _folder.Write("annotations/instances_train2017.json", "{}");
        using Dataset dataset = _folder.Open();
        Assert.Equal("coco", dataset.Format);
        Assert.Equal([$"{folder}train2017/1.jpg  train", $"{folder}unlabeled2017/2.jpg  unlabeled"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Contains("1 image files elsewhere", Assert.Single(dataset.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Voc_gives_images_with_their_splits()
    {
        _folder.WriteImages("VOCdevkit/VOC2007/JPEGImages/1.jpg", "VOCdevkit/VOC2007/JPEGImages/2.jpg", "VOCdevkit/VOC2007/SegmentationClass/1.png", "VOCdevkit/VOC2012/JPEGImages/1.jpg");
        _folder.Write("VOCdevkit/VOC2007/ImageSets/Main/val.txt", "1\n");
        using Dataset dataset = _folder.Open();
        Assert.Equal("voc", dataset.Format);
        Assert.Equal(["VOCdevkit/VOC2007/JPEGImages/1.jpg  val", "VOCdevkit/VOC2007/JPEGImages/2.jpg  train", "VOCdevkit/VOC2012/JPEGImages/1.jpg  train"], DatasetRow.Of(dataset, _folder.Path));
    }
}
