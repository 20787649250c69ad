// Micro-benchmarks (BenchmarkDotNet) and whole runs:
//
//   dotnet run -c Release --project test/Microsoft.ML.Contrastive.Benchmarks -- VERB [arguments]; --help lists the verbs, micro takes BenchmarkDotNet's arguments.

using System.CommandLine;
using BenchmarkDotNet.Running;
using Microsoft.ML.Contrastive.Benchmarks;
using Microsoft.ML.Contrastive.Training;

var memory = new Command("memory", "Pretrains for some hundred steps and prints resident memory and torch's live tensors on the way.");
var steps = new Option<int>("--steps") { Description = "Steps to train, a multiple of 20.", DefaultValueFactory = _ => 400 };
memory.Add(steps);
memory.SetAction(arguments => MemoryRun.Execute(arguments.GetValue(steps)));

var startup = new Command("startup", "Prints the seconds from the start of a process to the first step of its training on a folder of JPEG files.");
var startupImages = new Option<int>("--images") { Description = "Images in the folder that is written.", DefaultValueFactory = _ => 10_000 };
var startupFolder = new Option<string?>("--folder") { Description = "Measures this process on a folder that is there." };
startup.Add(startupImages);
startup.Add(startupFolder);
startup.SetAction(arguments => arguments.GetValue(startupFolder) is { } folder ? StartupRun.Measure(folder) : StartupRun.Execute(arguments.GetValue(startupImages)));

var scaling = new Command("scaling", "Compares the formulas of docs/scaling.md with measurements at several numbers of images, and prints what they say of larger data.");
var scalingImages = new Option<int[]>("--images") { Description = "Numbers of images.", DefaultValueFactory = _ => [1_000, 10_000, 100_000], AllowMultipleArgumentsPerToken = true };
var scalingSide = new Option<int>("--size") { Description = "Side of images and views in pixels.", DefaultValueFactory = _ => 64 };
var scalingFolder = new Option<string?>("--folder") { Description = "Measures this process on a folder that is there." };
scaling.Add(scalingImages);
scaling.Add(scalingSide);
scaling.Add(scalingFolder);
scaling.SetAction(arguments => arguments.GetValue(scalingFolder) is { } folder
    ? LoadingScale.Measure(folder, arguments.GetValue(scalingSide))
    : ScalingRun.Execute(arguments.GetValue(scalingImages)!, arguments.GetValue(scalingSide)));

var waiting = new Command("waiting", "Prints the share of its time that a training waits for data, from the second epoch on.");
var waitingImages = new Option<int>("--images") { Description = "Images in the folder that is written.", DefaultValueFactory = _ => 6400 };
var waitingEpochs = new Option<int>("--epochs") { Description = "Epochs, at least 2.", DefaultValueFactory = _ => 3 };
waiting.Add(waitingImages);
waiting.Add(waitingEpochs);
waiting.SetAction(arguments => WaitingRun.Execute(arguments.GetValue(waitingImages), arguments.GetValue(waitingEpochs)));

var reduced = new Command("reduced", "Prints what StoredShorterSide changes in views, and what it saves, on a folder of JPEG files.");
var reducedFolder = new Option<string>("--data") { Description = "The folder.", Required = true };
var reducedView = new Option<int>("--view") { Description = "Side of the views in pixels.", DefaultValueFactory = _ => 224 };
reduced.Add(reducedFolder);
reduced.Add(reducedView);
reduced.SetAction(arguments => ReducedRun.Execute(arguments.GetValue(reducedFolder)!, arguments.GetValue(reducedView)));

var crops = new Command("crops", "Compares the time of a pretraining with JointCrop to one with IndependentCrop, in interleaved pairs.");
var pairs = new Option<int>("--pairs") { Description = "Pairs of runs, at least 5.", DefaultValueFactory = _ => 9 };
crops.Add(pairs);
crops.SetAction(arguments => CropRun.Execute(arguments.GetValue(pairs)));

var scoring = new Command("scoring", "Compares the time of scoring images with an exported encoder in batches to that of ONNX Runtime alone, in interleaved pairs.");
var scoringPairs = new Option<int>("--pairs") { Description = "Pairs of runs, at least 5.", DefaultValueFactory = _ => 9 };
scoring.Add(scoringPairs);
scoring.SetAction(arguments => ScoringRun.Execute(arguments.GetValue(scoringPairs)));

var lookAhead = new Command("lookahead", "Compares the time of decoding files and of encoding them, one after the other, to that of an exported encoder that does both at once, in interleaved pairs.");
var lookAheadPairs = new Option<int>("--pairs") { Description = "Pairs of runs, at least 5.", DefaultValueFactory = _ => 9 };
var lookAheadBackbone = new Option<string>("--backbone") { Description = "The backbone.", DefaultValueFactory = _ => "resnet18-w0.5" };
var fileSide = new Option<int>("--source") { Description = "Side of the files' images in pixels.", DefaultValueFactory = _ => 256 };
var encodedSide = new Option<int>("--size") { Description = "Side in pixels of what is encoded.", DefaultValueFactory = _ => 96 };
lookAhead.Add(lookAheadPairs);
lookAhead.Add(lookAheadBackbone);
lookAhead.Add(fileSide);
lookAhead.Add(encodedSide);
lookAhead.SetAction(arguments => LookAheadRun.Execute(
    arguments.GetValue(lookAheadPairs), arguments.GetValue(lookAheadBackbone)!, arguments.GetValue(fileSide), arguments.GetValue(encodedSide)));

var recipes = new Command("recipes", "Draws a million rows of recipes of each plan, on one thread.");
var rounds = new Option<int>("--rounds") { Description = "Rounds over all plans; the fastest counts.", DefaultValueFactory = _ => 5 };
recipes.Add(rounds);
recipes.SetAction(arguments => RecipeRun.Execute(arguments.GetValue(rounds)));

var state = new Command("state", "Prints what each method keeps in memory besides activations, with its authors' settings.");
var backbone = new Option<string>("--backbone") { Description = "The backbone.", DefaultValueFactory = _ => "resnet50" };
state.Add(backbone);
state.SetAction(arguments => MethodState.Execute(arguments.GetValue(backbone)!));

var onnx = new Command("onnx", "Exports a backbone with every type of weights and prints file sizes and deviations.");
var exported = new Option<string>("--backbone") { Description = "The backbone.", DefaultValueFactory = _ => "resnet18" };
var imageSize = new Option<int>("--image-size") { Description = "Side of the images in pixels.", DefaultValueFactory = _ => 224 };
onnx.Add(exported);
onnx.Add(imageSize);
onnx.SetAction(arguments => OnnxRun.Execute(arguments.GetValue(exported)!, arguments.GetValue(imageSize)));

var views = new Command("views", "Renders views for some seconds of a core and prints how many a second.");
var size = new Option<int>("--size") { Description = "Side of the views in pixels.", DefaultValueFactory = _ => 224 };
var source = new Option<int>("--source") { Description = "Side of the source images in pixels.", DefaultValueFactory = _ => 256 };
var mode = new Option<string>("--mode") { Description = "view: all of SimCLR's steps; crop: crop, resize, flip and normalisation.", DefaultValueFactory = _ => "view" };
mode.AcceptOnlyFromAmong("view", "crop");
var seconds = new Option<double>("--seconds") { Description = "How long to measure.", DefaultValueFactory = _ => 3 };
views.Add(size);
views.Add(source);
views.Add(mode);
views.Add(seconds);
views.SetAction(arguments => ViewRun.Execute(arguments.GetValue(size), arguments.GetValue(source), arguments.GetValue(mode) == "crop", arguments.GetValue(seconds)));

var stages = new Command("stages", "Prints the microseconds that each stage of a view takes.");
var stageRounds = new Option<int>("--rounds") { Description = "Rounds of some milliseconds; the fastest counts.", DefaultValueFactory = _ => 20 };
stages.Add(stageRounds);
stages.SetAction(arguments => StageRun.Execute(arguments.GetValue(stageRounds)));

var step = new Command("step", "Times a SimCLR training step of ResNet-18 on views that are there already, and prints its median in seconds.");
var viewSide = new Option<int>("--size") { Description = "Side of the views in pixels; up to 96 the stem is CIFAR's.", DefaultValueFactory = _ => 32 };
var batch = new Option<int>("--batch") { Description = "Images a step, of two views each.", DefaultValueFactory = _ => 64 };
var stepSeconds = new Option<double>("--seconds") { Description = "How long to measure.", DefaultValueFactory = _ => 10 };
step.Add(viewSide);
step.Add(batch);
var format = new Option<MemoryFormat>("--memory-format") { Description = "Order of images in memory; as training chooses when it is left out." };
var precision = new Option<Precision>("--precision") { Description = "Numbers to calculate with; as training chooses when it is left out." };
step.Add(stepSeconds);
step.Add(format);
step.Add(precision);
step.SetAction(arguments => StepRun.Execute(
    arguments.GetValue(viewSide), arguments.GetValue(batch), arguments.GetValue(stepSeconds), arguments.GetValue(format), arguments.GetValue(precision)));

var update = new Command("update", "Times what the optimisers add to a step, on ResNet-18's weights.");
var updateRounds = new Option<int>("--rounds") { Description = "Updates of each; the median counts.", DefaultValueFactory = _ => 30 };
update.Add(updateRounds);
update.SetAction(arguments => UpdateRun.Execute(arguments.GetValue(updateRounds)));

var profile = new Command("profile", "Prints where the time of a SimCLR training step of ResNet-18 goes, from files to weights.");
var profiled = new Option<int>("--steps") { Description = "Steps to average over.", DefaultValueFactory = _ => 5 };
profile.Add(viewSide);
profile.Add(batch);
profile.Add(profiled);
profile.SetAction(arguments => StepProfile.Execute(arguments.GetValue(viewSide), arguments.GetValue(batch), arguments.GetValue(profiled)));

var epoch = new Command("epoch", "Times an epoch of SimCLR on a folder of images, from opening the folder to the end of the last step.");
var data = new Option<string>("--data") { Description = "Folder of class folders.", Required = true };
var used = new Option<int?>("--images") { Description = "Use only so many images, evenly spread." };
epoch.Add(data);
epoch.Add(used);
epoch.SetAction(arguments => EpochRun.Execute(arguments.GetValue(data)!, arguments.GetValue(used)));

var threads = new Command("threads", "Compares trainings with the cores split otherwise between rendering and torch, in turns, a process each; prints ratios to the trainer's own split and writes JSON.");
var threadRounds = new Option<int>("--rounds") { Description = "Trainings of each split; medians count.", DefaultValueFactory = _ => 7 };
var threadSides = new Option<int[]>("--size") { Description = "Sides of images and views in pixels.", DefaultValueFactory = _ => [32, 224], AllowMultipleArgumentsPerToken = true };
var threadOutput = new Option<string>("--output") { Description = "The JSON file.", DefaultValueFactory = _ => Path.Combine("artifacts", "threads.json") };
var threadFolder = new Option<string?>("--folder") { Description = "Trains in this process on a folder that is there." };
var renderThreads = new Option<int?>("--render") { Description = "Threads that render, in this process." };
var torchThreads = new Option<int?>("--torch") { Description = "Threads that torch computes with, in this process." };
threads.Add(threadRounds);
threads.Add(threadSides);
threads.Add(threadOutput);
threads.Add(threadFolder);
threads.Add(renderThreads);
threads.Add(torchThreads);
threads.SetAction(arguments => arguments.GetValue(threadFolder) is { } folder
    ? ThreadSplitRun.Measure(folder, arguments.GetValue(threadSides)![0], arguments.GetValue(renderThreads), arguments.GetValue(torchThreads))
    : ThreadSplitRun.Execute(arguments.GetValue(threadRounds), arguments.GetValue(threadSides)!, arguments.GetValue(threadOutput)!));

var micro = new Command("micro", "Sampling recipes and rendering views, by BenchmarkDotNet, e.g. micro --filter '*'.") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(arguments => _ = BenchmarkSwitcher.FromAssembly(typeof(RecipeSampling).Assembly).Run([.. arguments.UnmatchedTokens]));

return new RootCommand("Benchmarks of Microsoft.ML.Contrastive.")
{
    memory,
    startup,
    scaling,
    waiting,
    reduced,
    crops,
    scoring,
    lookAhead,
    recipes,
    state,
    onnx,
    views,
    stages,
    step,
    update,
    profile,
    epoch,
    threads,
    micro,
}
.Parse(args).Invoke();
