using Microsoft.ML.Contrastive.Tests.Imaging;
using Microsoft.ML.Contrastive.Tests.Seams;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;

// Either "views" or "memory"; or a folder of images, workspace, method, epochs, and "boxes" for crops that follow heat maps: a checkpoint after every step, until the training is done or the process
// is killed.
if (args is ["views"])
{
    RenderedViews.Print();
    return;
}

if (args is ["memory"])
{
    FreedMemory.Print();
    return;
}

ContrastivePretrainTrainer.Options options = TinyPretraining.Options(args[2], args[1]);
options.Epochs = int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture);
options.CheckpointEverySteps = 1;
TinyPretraining.Fit(args[0], options, heatMaps: args.Length > 4).Dispose();
