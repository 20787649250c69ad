using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Report;
using Microsoft.ML.Contrastive.Tests.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Report;

public sealed class ImageChoiceTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_split_of_its_own_is_what_is_asked_about()
    {
        _folder.WriteImages([.. Names("train/a", 30), .. Names("train/b", 5), .. Names("test/a", 9), .. Names("test/b", 9)]);
        using Dataset dataset = _folder.Open();
        ImageChoice choice = ImageChoice.Of(dataset, most: 20);
        Assert.Equal(20, choice.Rows.Length);
        Assert.Contains("test", choice.AskedOf, StringComparison.Ordinal);

        // Five of each are asked about, and of the teaching ones all five of the small class.
        Assert.Equal((5, 5), (Count(choice, 0, asked: true), Count(choice, 1, asked: true)));
        Assert.Equal((5, 5), (Count(choice, 0, asked: false), Count(choice, 1, asked: false)));
        Assert.Equal(choice.Rows.Order(), choice.Rows);
        Assert.Equal(choice.Rows, ImageChoice.Of(dataset, most: 20).Rows);
        string[] rows = [.. DatasetRow.Of(dataset, _folder.Path)];
        Assert.All(choice.Rows.Zip(choice.Asked), image => Assert.EndsWith(image.Second ? " test" : " train", rows[image.First], StringComparison.Ordinal));
    }

    [Fact]
    public void Without_one_a_third_of_each_class_is_held_out()
    {
        _folder.WriteImages([.. Names("a", 9), .. Names("b", 6)]);
        using Dataset dataset = _folder.Open();
        ImageChoice choice = ImageChoice.Of(dataset, most: 100);
        Assert.Equal((3, 2), (Count(choice, 0, asked: true), Count(choice, 1, asked: true)));
        Assert.Equal((6, 4), (Count(choice, 0, asked: false), Count(choice, 1, asked: false)));
        Assert.Null(choice.NotAsked);
    }

    [Theory]
    [InlineData("no labels", "x1.png", "x2.png", "x3.png")]
    [InlineData("fewer than 3", "a/1.png", "a/2.png", "b/1.png")]
    public void Where_nothing_can_be_asked_it_says_why(string why, params string[] images)
    {
        _folder.WriteImages(images);
        using Dataset dataset = _folder.Open();
        ImageChoice choice = ImageChoice.Of(dataset, most: 2000);
        Assert.Contains(why, choice.NotAsked, StringComparison.Ordinal);
        Assert.Null(choice.AskedOf);
        Assert.Equal(images.Length, choice.Rows.Length);
        Assert.DoesNotContain(true, choice.Asked);
    }

    [Fact]
    public void One_class_is_nothing_to_ask_about()
    {
        _folder.WriteImages("1.png", "2.png", "3.png");
        _folder.Write("images.csv", "path,label\n1.png,a\n2.png,a\n3.png,a\n");
        using Dataset dataset = _folder.Open("images.csv");
        Assert.Contains("of one class", ImageChoice.Of(dataset, most: 2000).NotAsked, StringComparison.Ordinal);
    }

    private static string[] Names(string folder, int count) => [.. Enumerable.Range(0, count).Select(i => $"{folder}/{i:00}.png")];

    private static int Count(ImageChoice choice, int label, bool asked) => choice.Classes.Zip(choice.Asked).Count(image => image.First == label && image.Second == asked);
}
