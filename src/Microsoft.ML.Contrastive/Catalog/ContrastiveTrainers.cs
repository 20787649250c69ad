using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive;

/// <summary>The trainers of <c>mlContext.Contrastive()</c>.</summary>
public sealed class ContrastiveTrainers
{
    private readonly MLContext _context;

    internal ContrastiveTrainers(MLContext context) => _context = context;

    /// <summary>Pretrains an encoder on images without labels, with all settings.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A setting is missing or contradicts another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ContrastivePretrainTrainer ContrastivePretrain(ContrastivePretrainTrainer.Options options) => new(_context, options);

    /// <summary>Pretrains an encoder on images without labels, with the settings that matter most.</summary>
    /// <param name="outputColumnName">Column that the encoder will write: a vector of <see cref="Backbone.FeatureDimension"/> floats.</param>
    /// <param name="inputColumnName">Column of the images that the encoder will read.</param>
    /// <param name="viewColumnNames">Columns of the views; "View1" and "View2" when left out.</param>
    /// <param name="method">The method; SimCLR with its published settings when left out.</param>
    /// <param name="backbone">The network; ResNet-18 with the ImageNet stem when left out.</param>
    /// <param name="epochs">Passes over the data, at least 0.</param>
    /// <param name="batchSize">Images a step, at least 2.</param>
    /// <exception cref="ArgumentException">A setting is missing or contradicts another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ContrastivePretrainTrainer ContrastivePretrain(
        string outputColumnName = TrainingOptions.Defaults.OutputColumnName,
        string inputColumnName = TrainingOptions.Defaults.InputColumnName,
        string[]? viewColumnNames = null,
        ContrastiveMethod? method = null,
        Backbone? backbone = null,
        int epochs = ContrastivePretrainTrainer.Defaults.Epochs,
        int batchSize = TrainingOptions.Defaults.BatchSize)
    {
        var options = new ContrastivePretrainTrainer.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Epochs = epochs,
            BatchSize = batchSize,
        };
        options.ViewColumnNames = viewColumnNames ?? options.ViewColumnNames;
        options.Method = method ?? options.Method;
        options.Backbone = backbone ?? options.Backbone;
        return ContrastivePretrain(options);
    }

    /// <summary>Trains an image classifier on images with labels, from scratch or from a pretrained encoder, with all settings.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A setting is missing or contradicts another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SupervisedTrainer SupervisedClassification(SupervisedTrainer.Options options) => new(_context, options);

    /// <summary>Trains an image classifier on images with labels, from scratch or from a pretrained encoder, with the settings that matter most.</summary>
    /// <param name="labelColumnName">Column of the labels.</param>
    /// <param name="inputColumnName">Column of the images that the classifier will read.</param>
    /// <param name="viewColumnNames">Columns of the views that it is trained on; "View1" when left out.</param>
    /// <param name="backbone">The network; that of the encoder, or ResNet-18 with the ImageNet stem, when left out.</param>
    /// <param name="initialEncoder">A pretrained encoder to start from; fresh weights when left out.</param>
    /// <param name="epochs">Passes over the data, at least 0.</param>
    /// <param name="batchSize">Images a step, at least 2.</param>
    /// <exception cref="ArgumentException">A setting is missing or contradicts another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SupervisedTrainer SupervisedClassification(
        string labelColumnName = TrainingOptions.Defaults.LabelColumnName,
        string inputColumnName = TrainingOptions.Defaults.InputColumnName,
        string[]? viewColumnNames = null,
        Backbone? backbone = null,
        ContrastiveEncoderTransformer? initialEncoder = null,
        int epochs = SupervisedTrainer.Defaults.Epochs,
        int batchSize = TrainingOptions.Defaults.BatchSize)
    {
        var options = new SupervisedTrainer.Options
        {
            LabelColumnName = labelColumnName,
            InputColumnName = inputColumnName,
            InitialEncoder = initialEncoder,
            Epochs = epochs,
            BatchSize = batchSize,
        };
        options.ViewColumnNames = viewColumnNames ?? options.ViewColumnNames;
        options.Backbone = backbone ?? options.Backbone;
        return SupervisedClassification(options);
    }
}
