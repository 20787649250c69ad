using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive;

/// <summary>What this library adds to an <see cref="MLContext"/> beyond transforms: reached by <see cref="ContrastiveExtensions.Contrastive"/>.</summary>
public sealed class ContrastiveCatalog
{
    internal ContrastiveCatalog(MLContext context) => Context = context;

    /// <summary>The context that the catalog belongs to.</summary>
    internal MLContext Context { get; }

    /// <summary>The images below a folder as data: one row an image, columns <c>ImagePath</c> (text, full path) and <c>Label</c> (text).</summary>
    /// <param name="path">The folder: class folders with images in them, or images.</param>
    /// <param name="validate">
    /// Whether every file is decoded once beforehand, and those that cannot be are left out and named in the log. The default value is false.
    /// </param>
    /// <returns>
    /// Data that is ordered by the path relative to the folder, in the same order on every system, can be shuffled and read by several cursors.
    /// <c>Label</c> is the name of the folder in <paramref name="path"/> that the image is in, at whatever depth; empty, which is ML.NET's missing
    /// text, for images that lie in <paramref name="path"/> itself.
    /// </returns>
    /// <remarks>
    /// Files with the extensions .jpg, .jpeg, .png, .bmp, .webp and .gif, in any case; hidden files are left out. Follow it by
    /// <c>mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")</c>.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">No image is in it, or none that can be decoded.</exception>
    public IDataView LoadImagesFromFolder(string path, bool validate = false) => LoadImagesFromFolder(path, new ImageFolderOptions { Validate = validate });

    /// <inheritdoc cref="LoadImagesFromFolder(string, bool)"/>
    /// <param name="path">The folder: class folders with images in them, or images.</param>
    /// <param name="options">Where to look, and whether to check.</param>
    public IDataView LoadImagesFromFolder(string path, ImageFolderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ImageFolder.Load(Context, path, options);
    }

    /// <summary>An encoder from a file of weights that were trained elsewhere, or in a run of this library.</summary>
    /// <param name="path">A safetensors file, a file of PyTorch (.pth, .pt, .ckpt; the zip archive and the form before PyTorch 1.6), or the folder of a checkpoint (<c>checkpoints/best</c>).</param>
    /// <param name="backbone">The network that the weights belong to.</param>
    /// <param name="options">Image size, normalisation, columns, names of the tensors, and whether a part is enough.</param>
    /// <returns>The encoder, as pretraining would return it. <see cref="ContrastiveEncoderTransformer.LoadedWeights"/> says what was read.</returns>
    /// <remarks>
    /// Checkpoints of torchvision, timm, MoCo, SimSiam, DINO, lightly, solo-learn and detectron2 are recognised by the names of their tensors (<see cref="Weights.WeightFormat"/>).
    /// Nothing that a file holds is executed: beside tensors and plain containers it may have settings of its run, which are passed over; anything else is refused by name.
    /// The context's GPU settings decide where the encoder runs.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> or a column name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or of a kind that cannot be read; nothing in it is named like the network (the message says which formats were tried and how its tensors are named); or it
    /// does not have all tensors of the network and nothing else, and <see cref="LoadEncoderOptions.AllowPartial"/> is not set.
    /// </exception>
    public ContrastiveEncoderTransformer LoadEncoder(string path, Backbone backbone, LoadEncoderOptions? options = null) =>
        PretrainedEncoder.Load(Context, path, backbone, options ?? new LoadEncoderOptions());

    /// <inheritdoc cref="LoadEncoder(string, Backbone, LoadEncoderOptions?)"/>
    /// <param name="path">A safetensors file, a file of PyTorch (.pth, .pt, .ckpt; the zip archive and the form before PyTorch 1.6), or the folder of a checkpoint (<c>checkpoints/best</c>).</param>
    /// <param name="backbone">The name of the network that the weights belong to, e.g. "resnet50" (see <see cref="Backbone.Parse"/>).</param>
    /// <param name="options">Image size, normalisation, columns, names of the tensors, and whether a part is enough.</param>
    public ContrastiveEncoderTransformer LoadEncoder(string path, string backbone, LoadEncoderOptions? options = null) =>
        LoadEncoder(path, Backbone.Parse(backbone), options);

    /// <summary>The pipeline of a published setting: LoadImages, the crop, every augmentation step, the trainer.</summary>
    /// <param name="preset">The setting, e.g. <c>ContrastivePreset.ByName("simclr", "stl10")</c>; replace any of its values by <c>with</c>.</param>
    /// <param name="outputColumnName">Column that the encoder will write: a vector of floats.</param>
    /// <param name="inputColumnName">Column of the images, which the pipeline loads and the encoder will read.</param>
    /// <param name="imagePathColumnName">Column of the images' paths; <see langword="null"/> when the data hold the images already.</param>
    /// <param name="imageFolder">Folder that the paths are relative to; <see langword="null"/> when they are absolute.</param>
    /// <param name="jointCropBeta">β of JointCrop (AAAI-25) in place of the preset's own crop; 0 is the paper's. <see langword="null"/> leaves the crop as the preset has it.</param>
    /// <param name="seed">Seed of the views; <see langword="null"/> for the context's.</param>
    /// <param name="configure">Sets what a preset has no opinion on: progress, validation data, cancellation.</param>
    /// <returns>An estimator whose last transformer is the encoder.</returns>
    /// <remarks>
    /// Nothing in it is special: it is the chain that you would write by hand, step by step of <see cref="ContrastivePreset.Steps"/>. To replace a
    /// line, change the preset, or write the chain and take from it what you need
    /// (<c>mlContext.Transforms.CropViews(…, preset.Views[0].Crop)</c>, <see cref="ContrastivePreset.ToTrainerOptions"/>).
    /// </remarks>
    /// <exception cref="ArgumentException">The preset's values contradict one another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public EstimatorChain<ContrastiveEncoderTransformer> Pretraining(
        ContrastivePreset preset,
        string outputColumnName = TrainingOptions.Defaults.OutputColumnName,
        string inputColumnName = TrainingOptions.Defaults.InputColumnName,
        string? imagePathColumnName = "ImagePath",
        string? imageFolder = null,
        double? jointCropBeta = null,
        int? seed = null,
        Action<ContrastivePretrainTrainer.Options>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ContrastivePreset chosen = jointCropBeta is { } beta ? preset with { JointCropBeta = beta } : preset;
        chosen.Validate();

        var pipeline = new EstimatorChain<ITransformer>();
        if (imagePathColumnName is not null)
            pipeline = pipeline.Append<ITransformer>(Context.Transforms.LoadImages(inputColumnName, imageFolder, imagePathColumnName));
        pipeline = pipeline.AppendViews(Context.Transforms, chosen.Steps, chosen.ViewNames, inputColumnName, seed);

        ContrastivePretrainTrainer.Options options = chosen.ToTrainerOptions();
        (options.OutputColumnName, options.InputColumnName) = (outputColumnName, inputColumnName);
        configure?.Invoke(options);
        return pipeline.Append(Trainers.ContrastivePretrain(options));
    }

    /// <inheritdoc cref="Pretraining(ContrastivePreset, string, string, string, string, double?, int?, Action{ContrastivePretrainTrainer.Options})"/>
    /// <param name="method">Name of the method, e.g. <c>simclr</c>.</param>
    /// <param name="setting">Data and length, e.g. <c>stl10</c>; an unknown one is answered with those that there are.</param>
    /// <param name="jointCropBeta">β of JointCrop (AAAI-25) in place of the preset's own crop; 0 is the paper's.</param>
    public EstimatorChain<ContrastiveEncoderTransformer> Pretraining(string method, string setting, double? jointCropBeta = null) =>
        Pretraining(ContrastivePreset.ByName(method, setting), jointCropBeta: jointCropBeta);

    /// <summary>
    /// Saves a picture of what augmentation does, to be looked at before anything is trained: for some rows the image with its crops outlined, the
    /// views beside it, and below them the ratio of the areas of the first two crops, the larger to the smaller, and each view's recipe: crop in pixels and its area, then what
    /// applies in the order in which it does (bri, con, sat: factors of brightness, contrast and saturation; hue: shift in turns; blur: σ in pixels).
    /// </summary>
    /// <param name="path">The PNG file to write, in a folder that exists; a file that is there is replaced once the new one is complete.</param>
    /// <param name="views">Data with view columns and the image column that they are made from.</param>
    /// <param name="options">Which columns, rows and epoch to show. When null: all view columns, 12 rows, the first epoch.</param>
    /// <remarks>
    /// The views are those that a trainer reads, pixel by pixel; those smaller than 96 pixels are enlarged by a whole number, those larger than 256
    /// are shrunk. Only the rows that are shown are decoded. The same data gives the same pixels on every system.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> is empty, an option is out of its range, no column is a view, a named column is missing or no view, the views
    /// are not of one image column that is still there, or there are no rows.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written: its folder is missing (<see cref="DirectoryNotFoundException"/>), or it is a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be decoded.</exception>
    public void SaveContactSheet(string path, IDataView views, ContactSheetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(views);
        SaveContactSheet(path, [new ContactSheetGroup("", views)], options);
    }

    /// <inheritdoc cref="SaveContactSheet(string, IDataView, ContactSheetOptions)"/>
    /// <summary>Saves several groups on one sheet, for example the same images augmented by two pipelines, each under its title.</summary>
    /// <param name="path">The PNG file to write, in a folder that exists; a file that is there is replaced once the new one is complete.</param>
    /// <param name="groups">The groups from the top, at least one, all with the same number of views. Groups over the same data show the same rows.</param>
    /// <param name="options">Which columns, rows and epoch to show of each group. When null: all view columns, 12 rows, the first epoch.</param>
    public void SaveContactSheet(string path, IReadOnlyList<ContactSheetGroup> groups, ContactSheetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Count == 0)
            throw new ArgumentException("A contact sheet needs at least one group.", nameof(groups));
        foreach (ContactSheetGroup group in groups)
        {
            ArgumentNullException.ThrowIfNull(group, nameof(groups));
            ArgumentNullException.ThrowIfNull(group.Title, nameof(groups));
            ArgumentNullException.ThrowIfNull(group.Views, nameof(groups));
        }

        ViewPreview.Save(Context, path, groups, options ?? new ContactSheetOptions());
    }

    /// <summary>
    /// Writes a fitted pipeline from images to classes as one ONNX file: the encoder and, behind it, the linear classifier that ML.NET trained; runs it and compares
    /// features, scores and class names with ML.NET's own on the same images.
    /// </summary>
    /// <param name="model">
    /// The result of <c>Fit</c>: LoadImages → encoder (<c>AsEstimator()</c>) → MapValueToKey → LbfgsMaximumEntropy, SdcaMaximumEntropy, SdcaNonCalibrated or
    /// OneVersusAll of a linear binary trainer → MapKeyToValue; loading and key mapping may stand anywhere or be missing. Or a pipeline that ends in an
    /// <see cref="ImageClassifierTransformer"/>.
    /// </param>
    /// <param name="path">Where the file goes, in a folder that exists. It is written under a temporary name and appears only once it has been verified.</param>
    /// <param name="options">What to write; the default takes any batch size and has 32-bit weights.</param>
    /// <returns>How far the file is from ML.NET on the images compared, its size, inputs and outputs.</returns>
    /// <remarks>
    /// <para>
    /// The file has the outputs <see cref="OnnxExportOptions.OutputName"/> (features [B, D]), <c>Score</c> ([B, C], as ML.NET has it) and <c>PredictedLabel</c> (names
    /// [B], strings). Its metadata has the names as <c>class_names</c>, a JSON array in the order of the scores; labels without names have their key's number.
    /// </para>
    /// <para>
    /// Scores are those of ML.NET: the softmax of the logits for maximum entropy; for one-versus-all each class's probability by Platt's sigmoid, divided by their
    /// sum; for classifiers without probabilities (SdcaNonCalibrated, or OneVersusAll with <c>useProbabilities: false</c>) the logits.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">A step of the pipeline cannot be exported (the message names it), or an option is out of its range.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidOperationException">
    /// The difference exceeds <see cref="OnnxExportOptions.Tolerance"/>, or the file would be larger than the 2 GB that ONNX allows; no file is left behind.
    /// </exception>
    public OnnxExportResult ExportClassifierToOnnx(ITransformer model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OnnxExport.ToFile(path, () => FittedClassifier.Export(Context, model, options ?? new OnnxExportOptions()));
    }

    /// <inheritdoc cref="ExportClassifierToOnnx(ITransformer, string, OnnxExportOptions?)"/>
    /// <param name="model">The fitted pipeline.</param>
    /// <param name="stream">Receives the model; nothing is written when verification fails.</param>
    /// <param name="options">What to write; the default takes any batch size and has 32-bit weights.</param>
    public OnnxExportResult ExportClassifierToOnnx(ITransformer model, Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OnnxExport.ToStream(stream, () => FittedClassifier.Export(Context, model, options ?? new OnnxExportOptions()));
    }

    /// <summary>How difficult positive pairs are for a trained encoder.</summary>
    public DifficultyCatalog Difficulty => new(Context);

    /// <summary>The trainers.</summary>
    public ContrastiveTrainers Trainers => new(Context);

    /// <summary>The evaluations of encoders on labelled images.</summary>
    public ContrastiveEvaluation Evaluation => new(Context);
}
