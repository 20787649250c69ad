using Microsoft.ML.Contrastive.Evaluation;
using Mono.Cecil;

namespace Microsoft.ML.Contrastive.Tests.Architecture;

/// <summary>The arrows between the rooms, held over the compiled assembly.</summary>
public sealed class ArrowTests
{
    private const string Specimen = "Microsoft.ML.Contrastive.Tests.Architecture.Specimen";

    [Fact]
    public void Rooms_refer_only_where_an_arrow_points()
    {
        using var module = ModuleDefinition.ReadModule(typeof(NearestNeighbourClassifier).Assembly.Location);
        var forbidden = new RoomReferences(module, "Microsoft.ML.Contrastive").All().Where(Arrows.IsForbidden).Select(reference => reference.ToString()).Distinct().ToList();

        Assert.True(forbidden.Count == 0, string.Join(Environment.NewLine, forbidden.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void There_are_no_rooms_but_those_of_the_plan()
    {
        using var module = ModuleDefinition.ReadModule(typeof(NearestNeighbourClassifier).Assembly.Location);

        Assert.Empty(new RoomReferences(module, "Microsoft.ML.Contrastive").Rooms.Except(Arrows.Allowed.Keys));
    }

    [Fact]
    public void Native_libraries_are_called_from_Seams_alone()
    {
        using var module = ModuleDefinition.ReadModule(typeof(NearestNeighbourClassifier).Assembly.Location);

        Assert.DoesNotContain(new RoomReferences(module, "Microsoft.ML.Contrastive").NativeCalls(), call => call.Room != "Seams");
    }

    [Fact]
    public void No_two_rooms_may_refer_to_each_other()
    {
        foreach (var (room, allowed) in Arrows.Allowed)
            Assert.DoesNotContain(room, Reachable(allowed));

        static HashSet<string> Reachable(IEnumerable<string> rooms)
        {
            var reached = new HashSet<string>();
            var open = new Queue<string>(rooms);
            while (open.TryDequeue(out var room))
            {
                if (!reached.Add(room))
                    continue;
                foreach (var next in Arrows.Allowed[room])
                    open.Enqueue(next);
            }

            return reached;
        }
    }

    /// <summary>The specimens break an arrow in every way a compiler can write one down; none may be overlooked.</summary>
    [Theory]
    [InlineData("Augmentation -> Imaging", "AsBase")]
    [InlineData("Augmentation -> Imaging", "AsInterface")]
    [InlineData("Augmentation -> Imaging", "AsField")]
    [InlineData("Augmentation -> Imaging", "AsTypeArgument")]
    [InlineData("Augmentation -> Imaging", "AsParameter")]
    [InlineData("Augmentation -> Imaging", "AsConstraint")]
    [InlineData("Augmentation -> Imaging", "AsAttribute")]
    [InlineData("Augmentation -> Imaging", "InBody")]
    [InlineData("Augmentation -> Imaging", "InLambda")]
    [InlineData("Augmentation -> Imaging", "InIterator")]
    [InlineData("Augmentation -> TorchSharp", "AsTensor")]
    [InlineData("Methods -> Microsoft.ML.DataView", "AsDataView")]
    [InlineData("Seams -> Augmentation", "CallsBack")]
    public void A_forbidden_arrow_is_found(string arrow, string place)
    {
        using var module = ModuleDefinition.ReadModule(typeof(ArrowTests).Assembly.Location);

        Assert.Contains(
            new RoomReferences(module, Specimen).All().Where(Arrows.IsForbidden),
            reference => reference.ToString().StartsWith($"{arrow}: {Specimen}", StringComparison.Ordinal) && reference.Place.Contains(place, StringComparison.Ordinal));
    }

    [Fact]
    public void An_allowed_arrow_is_not_reported()
    {
        using var module = ModuleDefinition.ReadModule(typeof(ArrowTests).Assembly.Location);

        Assert.DoesNotContain(new RoomReferences(module, Specimen).All().Where(Arrows.IsForbidden), reference => reference.Place.Contains("Innocent", StringComparison.Ordinal));
    }
}
