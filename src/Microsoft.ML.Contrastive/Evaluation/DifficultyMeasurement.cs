using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Renders the pairs of one or more plans over the same images and has them encoded.</summary>
internal sealed class DifficultyMeasurement
{
    /// <summary>Views that are held and encoded together: two batches of the encoder.</summary>
    private const int ViewsTogether = 2 * ContrastiveEncoderTransformer.BatchSize;

    private readonly MLContext _context;
    private readonly IDataView _data;
    private readonly ITransformer _encoder;
    private readonly IImageEncoder? _projections;
    private readonly StatisticalDifficultyOptions _options;
    private readonly DataViewSchema.Column _image;
    private readonly string _input, _output;

    /// <summary>Finds the pair's plan on its columns, and the image column.</summary>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, a column is missing or no view, the views do not share an image column that is still there, or the encoder lacks the projection
    /// head that is to be measured.
    /// </exception>
    public DifficultyMeasurement(MLContext context, IDataView data, ITransformer encoder, StatisticalDifficultyOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(encoder);
        options.Validate();
        (_context, _data, _encoder, _options) = (context, data, encoder, options);
        string[] names = ViewPreview.ViewColumns(data.Schema, options.ViewColumnNames);
        if (names.Length < 2)
            throw new ArgumentException($"The data has one view column, {names[0]}; difficulty is that of a pair.", nameof(data));
        if (!ViewPlanMerge.TryFind(data.Schema, names[..2], out ViewPlan? plan, out int[] views, out _image, out string obstacle))
            throw new ArgumentException(
                $"{names[0]} and {names[1]} are no pair: {obstacle}. Keep the image column in the data, and name views of one image column in {nameof(options.ViewColumnNames)}.",
                nameof(data));
        (First, Second) = (views[0], views[1]);
        Plan = plan;
        var ours = encoder as ContrastiveEncoderTransformer;
        if (options.Projector)
        {
            _projections = ours?.Network is { Projector: not null } network ? network.Projections : throw new ArgumentException(
                $"{nameof(StatisticalDifficultyOptions.Projector)} is set, and this encoder has no projection "
                    + $"head{(ours is null ? $", a {encoder.GetType().Name} being what it was saved as" : "")}: pretraining hands it out where its option KeepProjector is set. A "
                    + "run that has a workspace gives it without training again: fit with Resume and KeepProjector. Of a file that was exported with it, name its column in "
                    + $"{nameof(StatisticalDifficultyOptions.EncoderOutputColumnName)} and leave {nameof(StatisticalDifficultyOptions.Projector)} out.",
                nameof(encoder));
        }

        _input = options.EncoderInputColumnName ?? ours?.InputColumnName ?? "Image";
        _output = options.EncoderOutputColumnName ?? ours?.OutputColumnName ?? "Features";
    }

    /// <summary>The plan of the data's view columns.</summary>
    public ViewPlan Plan { get; }

    /// <summary>Index in the plan of the pair's first view.</summary>
    public int First { get; }

    /// <summary>Index in the plan of the pair's second view.</summary>
    public int Second { get; }

    /// <summary>The plan as it is measured: with all its steps, or with its crops alone.</summary>
    public ViewPlan MeasuredPlan => WithCrops(Plan.Steps.Where(s => s.Step.Stage == RecipeStage.Crop));

    /// <summary>The plan as it is measured, with another joint law for the areas of the pair's two views.</summary>
    /// <exception cref="ArgumentException">The law does not go with the crop's range of areas, or the crop with a joint law.</exception>
    private ViewPlan WithLaw(JointLaw law) =>
        WithCrops([new PlannedStep(JointCrop.InPlaceOf(Crop) with { Law = law }, First < Second ? [First, Second] : [Second, First])]);

    /// <summary>The crop of the pair.</summary>
    /// <exception cref="ArgumentException">The views are not made by one random crop.</exception>
    private RandomCrop Crop
    {
        get
        {
            PlannedStep planned = Plan.Steps.First(s => s.Step.Stage == RecipeStage.Crop && s.Views.Contains(First));
            return planned.Step is RandomCrop crop && planned.Views.Contains(Second) ? crop : throw new ArgumentException(
                $"{Plan.ViewNames[First]} and {Plan.ViewNames[Second]} are not made by one random crop, whose range of areas a joint law needs; their crop is "
                    + $"{planned.Step.GetType().Name}. Make both by one step, such as JointCrop or RandomResizedCrop.");
        }
    }

    /// <summary>Whether the range of areas of the pair's crop allows a ratio of two areas.</summary>
    public bool Allows(double ratio)
    {
        (double min, double max) = Crop.Scale;
        return ratio <= max / min;
    }

    /// <summary>Measures a law for each of some values.</summary>
    /// <exception cref="ArgumentException">There are no values, or they do not ascend.</exception>
    public DifficultyCurve Curve(string parameter, IReadOnlyList<double> values, Func<double, JointLaw> law)
    {
        if (values.Count == 0 || values.Zip(values.Skip(1)).Any(pair => !(pair.First < pair.Second)))
            throw new ArgumentException($"The values of {parameter} are [{string.Join(", ", values)}]; give at least one, in ascending order.", nameof(values));
        StatisticalDifficulty[] measured = Measure([.. values.Select(value => WithLaw(law(value)))]);
        return new DifficultyCurve(parameter, [.. values.Zip(measured, (value, difficulty) => new DifficultyPoint(value, difficulty))]);
    }

    /// <summary>Measures plans, made of <see cref="Plan"/>, in one pass over the images.</summary>
    /// <returns>A measurement a plan.</returns>
    /// <exception cref="InvalidOperationException">There are fewer than two images, one cannot be decoded, or a feature is not finite.</exception>
    public StatisticalDifficulty[] Measure(IReadOnlyList<ViewPlan> plans)
    {
        var drawn = plans.Select(
            plan => (
                Plan: plan, First: plan.ViewNames.IndexOf(Plan.ViewNames[First]), Second: plan.ViewNames.IndexOf(Plan.ViewNames[Second]),
                Recipes: new ViewRecipe[plan.ViewNames.Length])).ToArray();
        List<PairDifficulty>[] pairs = [.. plans.Select(_ => new List<PairDifficulty>())];
        var waiting = new List<(int Plan, PairDifficulty Pair)>();
        var views = new List<RenderedView>();
        var renderer = new ViewRenderer();
        foreach (SampledImage image in SampledImages.Read(_data, _image, _options.Images, _options.CancellationToken))
        {
            for (int p = 0; p < drawn.Length; p++)
            {
                for (long epoch = _options.FirstEpoch; epoch < _options.FirstEpoch + _options.Epochs; epoch++)
                {
                    ViewRecipe[] recipes = drawn[p].Recipes;
                    RgbImage pixels = image.Source.Read();
                    drawn[p].Plan.Sample(drawn[p].Plan.KeyOf(epoch, image.Id.Low, image.Id.High), new ImageSize(pixels.Width, pixels.Height), recipes);
                    (ViewRecipe first, ViewRecipe second) = (recipes[drawn[p].First], recipes[drawn[p].Second]);
                    views.Add(Render(renderer, pixels, first));
                    views.Add(Render(renderer, pixels, second));
                    waiting.Add((p, new PairDifficulty(image.Position, epoch, first, second, double.NaN)));
                    if (views.Count >= ViewsTogether)
                        Encode();
                }
            }
        }

        Encode();

        if (pairs[0].Select(p => p.Row).Distinct().Take(2).Count() < 2)
            throw new InvalidOperationException("The data has fewer than two images; difficulty needs at least two, and some hundreds to say much.");
        return [.. plans.Zip(pairs, (plan, measured) => new StatisticalDifficulty(plan, measured))];

        void Encode()
        {
            float[][] features = Features(views);
            for (int i = 0; i < waiting.Count; i++)
            {
                (int plan, PairDifficulty pair) = waiting[i];
                float[] first = features[2 * i], second = features[(2 * i) + 1];
                if (!first.All(float.IsFinite) || !second.All(float.IsFinite))
                    throw new InvalidOperationException(
                        $"The encoder makes a view of row {pair.Row} a feature that is no finite number, in the column '{_output}': it has diverged. Take one from before "
                            + "that, a checkpoint of an earlier epoch for example.");
                pairs[plan].Add(pair with { Cosine = PositivePairAgreement.Measure(first, second, first.Length).MeanCosine });
            }

            waiting.Clear();
            views.Clear();
        }
    }

    private static RenderedView Render(ViewRenderer renderer, RgbImage pixels, in ViewRecipe recipe)
    {
        byte[] rgb = new byte[recipe.OutputWidth * recipe.OutputHeight * 3];
        renderer.Render(pixels, recipe, rgb);
        return new RenderedView(rgb, recipe.OutputWidth, recipe.OutputHeight);
    }

    private ViewPlan WithCrops(IEnumerable<PlannedStep> crops)
    {
        ViewPlan plan = ViewPlan.Create(Plan.Seed, Plan.ViewNames);
        PlannedStep[] steps = [.. crops];
        foreach (PlannedStep step in steps.Concat(_options.OtherSteps ? Plan.Steps.Where(s => s.Step.Stage != RecipeStage.Crop) : []))
        {
            // With a crop for the pair alone, steps go on for the pair alone.
            int[] views = [.. step.Views.Where(v => steps.Any(s => s.Views.Contains(v)))];
            if (views.Length > 0)
                plan = plan.Append(step.Step, views.Select(v => Plan.ViewNames[v]));
        }

        return plan;
    }

    private float[][] Features(List<RenderedView> views)
    {
        if (views.Count == 0)
            return [];
        var images = new RenderedViews(views, _input);
        IDataView encoded = _projections is null ? _encoder.Transform(images) : ((ContrastiveEncoderTransformer)_encoder).Transform(images, _projections);
        if (encoded.Schema.GetColumnOrNull(_output) is not { Type: VectorDataViewType { ItemType: NumberDataViewType { RawType: var raw } } } || raw != typeof(float))
        {
            throw new ArgumentException(
                $"The encoder gives no vector of Single in a column '{_output}'; its columns are "
                    + $"{string.Join(", ", encoded.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name} ({c.Type})"))}. Name it in "
                    + $"{nameof(StatisticalDifficultyOptions.EncoderOutputColumnName)}.");
        }

        float[][] features = [.. encoded.GetColumn<float[]>(_output)];
        return features.Length == views.Count ? features : throw new InvalidOperationException($"The encoder gave {features.Length} rows for {views.Count} images.");
    }
}
