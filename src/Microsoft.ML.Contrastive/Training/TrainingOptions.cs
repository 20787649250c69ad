using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The settings that all trainers of this library share: which columns, which network, how it is optimised, how long, and what is kept of the run.
/// <see cref="ContrastivePretrainTrainer.Options"/> adds the method, <see cref="SupervisedTrainer.Options"/> what concerns the classifier.
/// </summary>
public abstract partial class TrainingOptions
{
    private protected TrainingOptions(string[] viewColumnNames, Optimizer optimizer, int epochs) =>
        (ViewColumnNames, Optimizer, Epochs) = (viewColumnNames, optimizer, epochs);

    /// <summary>Column of the images that the encoder will read. Type: image.</summary>
    /// <value>The default value is "Image".</value>
    public string InputColumnName { get; set; } = Defaults.InputColumnName;

    /// <summary>Column that the encoder will write: a vector of <see cref="Backbone.FeatureDimension"/> floats.</summary>
    /// <value>The default value is "Features".</value>
    public string OutputColumnName { get; set; } = Defaults.OutputColumnName;

    /// <summary>
    /// Columns of the views, as many as the method takes; supervised training takes any number. Type: image of known size; sizes may differ between views only for
    /// methods with multi-crop.
    /// </summary>
    /// <value>The default value is "View1", "View2"; of supervised training "View1".</value>
    public string[] ViewColumnNames { get; set; }

    /// <summary>
    /// Column of the labels: text, a key, a number or a boolean. Supervised training needs it. The encoder never learns from it in pretraining: it serves the
    /// nearest-neighbour accuracy of each epoch, if it exists, and the online probe.
    /// </summary>
    /// <value>The default value is "Label".</value>
    public string? LabelColumnName { get; set; } = Defaults.LabelColumnName;

    /// <summary>The network to train.</summary>
    /// <value>The default value is ResNet-18 with the ImageNet stem.</value>
    public Backbone Backbone { get; set; } = Backbone.ResNet18();

    /// <summary>
    /// A pretrained encoder to start from: fine-tuning, or pretraining that goes on from weights that exist (<c>mlContext.Contrastive().LoadEncoder</c>). Its weights and
    /// statistics are copied when training starts, into momentum copies too; it stays as it is, and heads start fresh. Its network and its normalisation are used;
    /// <see cref="Backbone"/> and <see cref="Normalization"/> can be left out.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: fresh weights.</value>
    public ContrastiveEncoderTransformer? InitialEncoder { get; set; }

    /// <summary>The optimiser and its settings.</summary>
    /// <value>
    /// The default value is SGD with momentum 0.9, weight decay 1e-4 and a learning rate per 256 images of 0.25 in pretraining (the paper's setting for small data: 0.5
    /// at batch 512), of 0.1 in supervised training (Goyal et al. 2017, section 5.1).
    /// </value>
    public Optimizer Optimizer { get; set; }

    /// <summary>How the learning rate moves over training.</summary>
    /// <value>The default value is a half cosine from the optimiser's learning rate to 0 without warm-up (the paper, small data).</value>
    public LearningRateSchedule LearningRateSchedule { get; set; } = new CosineSchedule { WarmupEpochs = 0 };

    /// <summary>Passes over the data; 0 returns the encoder with its initial weights, the baseline that pretraining has to beat.</summary>
    /// <value>The default value is 200; of supervised training 90 (Goyal et al. 2017, section 5.1).</value>
    public int Epochs { get; set; }

    /// <summary>
    /// Images (rows) that the loss sees together, at least 2 and at most the number of images; without <see cref="GradientAccumulationSteps"/>, the images of a step.
    /// A remainder of each epoch is dropped.
    /// </summary>
    /// <value>The default value is 256.</value>
    public int BatchSize { get; set; } = Defaults.BatchSize;

    /// <summary>
    /// Micro-batches of <see cref="BatchSize"/> images whose gradients are averaged into one step of the optimiser, at least 1: the memory of one micro-batch, the
    /// step of <see cref="BatchSize"/> × <see cref="GradientAccumulationSteps"/> images.
    /// </summary>
    /// <remarks>
    /// <para>
    /// It is not a larger batch. A contrastive loss (SimCLR, MoCo v3) sees only the negatives of its micro-batch, VICReg only its covariances, and batch norm
    /// takes its statistics from the micro-batch and moves its running averages with each. The two are equal only where the loss is a mean over independent rows
    /// and nothing normalises over the batch: MoCo v1 and v2 and DINO on a vision transformer (with a head without batch norm), and supervised training of one.
    /// </para>
    /// <para>
    /// What a method carries along moves once a step: momentum copies (MoCo, BYOL, DINO), MoCo's queue, which takes in the keys of all micro-batches at the end of
    /// the step, and DINO's centre, which takes in the mean of their means. Steps, schedules and checkpoints count steps of the optimiser; learning rates that
    /// scale with the batch (<see cref="Optimizer.LearningRateScaling"/>) do so with the images of a step. An epoch's micro-batches that make no whole step are dropped.
    /// </para>
    /// <para>
    /// One case is seen too late: where views are read through cursors, unreadable images may end an epoch within a step. The weights do not move then, but batch
    /// norm's running averages have taken in the step's micro-batches, and the momentum copies of MoCo and MoCo v3 have followed once more.
    /// </para>
    /// </remarks>
    /// <value>The default value is 1.</value>
    public int GradientAccumulationSteps { get; set; } = Defaults.GradientAccumulationSteps;

    /// <summary>Size of the images that the encoder will read: images are resized and centre-cropped to it.</summary>
    /// <value>The default value is <see langword="null"/>: the size of the first view.</value>
    public ImageSize? ImageSize { get; set; }

    /// <summary>How pixel values are scaled for the network, in training and in the encoder alike.</summary>
    /// <value>The default value is ImageNet's mean and standard deviation.</value>
    public PixelNormalization Normalization { get; set; } = PixelNormalization.ImageNet;

    /// <summary>Seed of the network's initial weights and of the order of the rows.</summary>
    /// <value>The default value is <see langword="null"/>: the MLContext's seed; without one, a seed is drawn and written to the log.</value>
    public int? Seed { get; set; }

    /// <summary>
    /// Images with labels on which the nearest-neighbour accuracy and, in supervised training, the classifier's accuracy are measured. Same columns as the
    /// training data.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: nearest neighbours are measured leave-one-out among training images.</value>
    public IDataView? ValidationSet { get; set; }

    /// <summary>
    /// Images that each epoch's monitoring looks at, drawn evenly from the data; 0 switches monitoring off. Cost: one forward pass over them, and one over both views of
    /// up to 256 rows, an epoch.
    /// </summary>
    /// <value>The default value is 1000.</value>
    public int MonitoredImages { get; set; } = Defaults.MonitoredImages;

    /// <summary>By what epochs are compared: for the best epoch and, unless it names another, for <see cref="EarlyStopping"/>.</summary>
    /// <value>The default value is <see langword="null"/>: nearest-neighbour accuracy, in supervised training the accuracy on the validation set; where it cannot be measured, the loss.</value>
    public EpochMetric? BestEpochMetric { get; set; }

    /// <summary>Ends training when a metric has stopped improving. A resumed run counts on from where it was.</summary>
    /// <value>The default value is <see langword="null"/>: all epochs are trained.</value>
    public EarlyStopping? EarlyStopping { get; set; }

    /// <summary>
    /// Whether the encoder is handed out as it was after the best epoch (<see cref="BestEpochMetric"/>; of equals, the first) instead of after the last. The log and
    /// <see cref="Encoders.ContrastiveEncoderTransformer.TrainedEpochs"/> say which epoch that was.
    /// </summary>
    /// <remarks>The weights come from the workspace's <c>checkpoints/best</c>; without a workspace a copy of the encoder is kept in memory.</remarks>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool RestoreBestWeights { get; set; }

    /// <summary>
    /// Folder for the run's checkpoints (<c>checkpoints/last</c>, <c>checkpoints/best</c>), its <c>metrics.jsonl</c> and its <c>train.log</c>. It is made
    /// when missing. A folder that holds a run already is refused unless <see cref="Resume"/> is set.
    /// </summary>
    /// <remarks>
    /// A checkpoint is a folder with <c>state.safetensors</c> (every parameter and buffer of the method, the optimiser's state) and
    /// <c>state.json</c> (counters, seed, resolved configuration, fingerprint of the data, metrics so far). It is written aside, flushed to the disk and
    /// renamed, so that one which bears its name is whole. "best" is the best epoch by <see cref="BestEpochMetric"/>. Checkpoints are taken at intervals, at the end, and when training is cancelled.
    /// </remarks>
    /// <value>The default value is <see langword="null"/>: nothing is written.</value>
    public string? WorkspacePath { get; set; }

    /// <summary>
    /// Whether to go on with the run in <see cref="WorkspacePath"/>, from its last checkpoint. A folder without one starts from the beginning. A run of
    /// another configuration or other data is refused, and the differences are named.
    /// </summary>
    /// <remarks>
    /// Initial weights, order and views are functions of seeds, epoch and step, so the resumed run ends with the weights of a run that was never
    /// interrupted: on the CPU bit for bit, given the same build and as many threads. Seeds must be given, to the MLContext or to each step: those
    /// that are drawn differ from process to process.
    /// </remarks>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Resume { get; set; }

    /// <summary>Epochs between two checkpoints, at least 1. The end of training and a cancellation are always checkpoints.</summary>
    /// <value>The default value is 1.</value>
    public int CheckpointEveryEpochs { get; set; } = Defaults.CheckpointEveryEpochs;

    /// <summary>Steps between two checkpoints within epochs, at least 1: for epochs that take hours. The other checkpoints are taken as well.</summary>
    /// <value>The default value is <see langword="null"/>: none within epochs.</value>
    public int? CheckpointEverySteps { get; set; }

    /// <summary>Called after every epoch, on the thread that called Fit.</summary>
    public Action<EpochMetrics>? MetricsCallback { get; set; }

    /// <summary>Called after every step of the optimiser, on the thread that called Fit; training waits for it.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public Action<StepMetrics>? StepCallback { get; set; }

    /// <summary>Ends training after the current step; Fit then returns the encoder as it is. While images are still being read, it ends Fit with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>What to do with an image that cannot be read.</summary>
    /// <value>The default value is <see cref="UnreadableImages.Skip"/>.</value>
    public UnreadableImages UnreadableImages { get; set; }

    /// <summary>
    /// Where decoded images are kept that views are rendered from. The first epoch trains while it decodes them, in its own order. It changes no weight, <see cref="ImageStorage.ViewColumns"/> apart.
    /// </summary>
    /// <remarks>
    /// Images can be decoded in any order where the data have them from <c>LoadImages</c>, unchanged. Images of other origin are read into memory before the first epoch, or, where they need
    /// more than <see cref="MaximumStoreBytes"/>, through cursors in every epoch.
    /// </remarks>
    /// <value>The default value is <see cref="ImageStorage.Automatic"/>.</value>
    public ImageStorage ImageStorage { get; set; }

    /// <summary>Most bytes of decoded pixels to keep in memory (3 a pixel); <see cref="ImageStorage"/> says what becomes of data that need more.</summary>
    /// <value>The default value is <see langword="null"/>: half of the memory available to the process, less where others use more than a quarter of it.</value>
    public long? MaximumStoreBytes { get; set; }

    /// <summary>
    /// Folder of the files that hold decoded images beyond the memory: one for each folder of images (and <see cref="StoredShorterSide"/>), as large as their pixels, 3 bytes each. It may be
    /// deleted whenever no training uses it.
    /// </summary>
    /// <remarks>
    /// A file serves later trainings while path, length and time of every image file are unchanged, and is made anew otherwise, or when it is damaged. What is of the same name but no such file
    /// is left alone and refused.
    /// </remarks>
    /// <value>
    /// The default value is <see langword="null"/>: <c>images</c> in <see cref="WorkspacePath"/>; without a workspace, <c>microsoft-ml-contrastive/images</c> in the
    /// user's cache folder.
    /// </value>
    public string? ImageStorePath { get; set; }

    /// <summary>
    /// Shorter side in pixels, at least 1, that larger images are reduced to when they are decoded: less to decode (JPEG files are scaled by their decoder), to keep and to read. It changes
    /// the views: crops smaller than the view are enlarged from fewer pixels. A crop of scale s reads √s of each side, so that nothing has to be enlarged from view size / √s on (501 for views of
    /// 224 pixels and scales from 0.2); below it, the smallest crops lose detail.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: images keep their size.</value>
    public int? StoredShorterSide { get; set; }

    /// <summary>Threads that render views, at least 1. They share the processor with torch's own.</summary>
    /// <value>The default value is <see langword="null"/>: half of the processors on the CPU, all of them when training runs on a GPU.</value>
    public int? RenderThreads { get; set; }

    /// <summary>
    /// Threads that torch computes with on the CPU, at least 1. Torch has one such number in a process: it is as before once training is over. Sums over several threads
    /// are rounded otherwise than those over
    /// one, so that weights differ in their last bits.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: torch's own, which is <c>OMP_NUM_THREADS</c> or the number of cores, or what <c>torch.set_num_threads</c> was told.</value>
    public int? TorchThreads { get; set; }

    /// <summary>The numbers that networks calculate with in training. The log says what was chosen.</summary>
    /// <value>The default value is <see cref="Training.Precision.Auto"/>: single precision on most CPUs, bfloat16 on a GPU.</value>
    public Precision Precision { get; set; }

    /// <summary>The order in which networks lay images in memory, which is a matter of speed. The encoder that is handed out has torch's own. The log says what was chosen.</summary>
    /// <value>The default value is <see cref="Training.MemoryFormat.Auto"/>: channels last for ResNets on a CPU or in bfloat16.</value>
    public MemoryFormat MemoryFormat { get; set; }

    /// <summary>By what epochs are compared where nothing else is said and this was measured.</summary>
    internal virtual EpochMetric DefaultMetric => EpochMetric.KnnAccuracy;

    /// <summary>A copy of these settings, with the network and the normalisation of the initial encoder where there is one.</summary>
    internal TrainingOptions Resolved()
    {
        var resolved = (TrainingOptions)MemberwiseClone();
        if (InitialEncoder?.Network is { } network)
            (resolved.Backbone, resolved.Normalization) = (network.Backbone.Description!, network.Normalization);
        return resolved;
    }

    /// <summary>A copy of these settings, with what is chosen by the device.</summary>
    internal TrainingOptions ResolvedFor(TorchSharp.DeviceType device)
    {
        var resolved = (TrainingOptions)MemberwiseClone();
        resolved.Precision = Precision.Resolve(device);
        resolved.MemoryFormat = MemoryFormat.Resolve(Backbone, resolved.Precision, device);
        return resolved;
    }

    /// <summary>Default values.</summary>
    internal static class Defaults
    {
        public const string InputColumnName = "Image";
        public const string OutputColumnName = "Features";
        public const string LabelColumnName = "Label";
        public const int BatchSize = 256;
        public const int GradientAccumulationSteps = 1;
        public const int MonitoredImages = 1000;
        public const int CheckpointEveryEpochs = 1;

        /// <summary>Their mean distance is known to a few per cent then, and rendering them takes a fraction of a second.</summary>
        public const int MonitoredPairs = 256;
    }
}
