// Micro-benchmarks (BenchmarkDotNet) and whole runs:
//
//   dotnet run -c Release --project test/Microsoft.ML.Contrastive.Benchmarks -- memory | crops | recipes | methods --data DIR | state | micro [BenchmarkDotNet's arguments]

using System.CommandLine;
using BenchmarkDotNet.Running;
using Microsoft.ML.Contrastive.Benchmarks;

var memory = new Command("memory", "Pretrains for some hundred steps and prints resident memory and torch's live tensors on the way.");
var steps = new Option<int>("--steps") { Description = "Steps to train, a multiple of 20.", DefaultValueFactory = _ => 400 };
memory.Add(steps);
memory.SetAction(arguments => MemoryRun.Execute(arguments.GetValue(steps)));

var crops = new Command("crops", "Compares the time of a pretraining with JointCrop to one with IndependentCrop, in interleaved pairs.");
var pairs = new Option<int>("--pairs") { Description = "Pairs of runs, at least 5.", DefaultValueFactory = _ => 9 };
crops.Add(pairs);
crops.SetAction(arguments => CropRun.Execute(arguments.GetValue(pairs)));

var recipes = new Command("recipes", "Draws a million rows of recipes of each plan, on one thread.");
var rounds = new Option<int>("--rounds") { Description = "Rounds over all plans; the fastest counts.", DefaultValueFactory = _ => 5 };
recipes.Add(rounds);
recipes.SetAction(arguments => RecipeRun.Execute(arguments.GetValue(rounds)));

var methods = new Command("methods", "Pretrains with every method and both crops, several seeds each, and compares nearest-neighbour accuracy with a random encoder's.");
var data = new Option<DirectoryInfo>("--data") { Description = "A folder with train and test, class folders in each: the quickstart writes one to artifacts/quickstart/images.", Required = true };
var output = new Option<FileInfo>("--output") { Description = "The CSV file: a row a run, appended at once; runs that are in it are not repeated.", DefaultValueFactory = _ => new("docs/experiments/methods.csv") };
var epochs = new Option<int>("--epochs") { Description = "Passes over the images in each run.", DefaultValueFactory = _ => 10 };
var images = new Option<int>("--images") { Description = "Images to pretrain on, the same number of each class.", DefaultValueFactory = _ => 4000 };
var queries = new Option<int>("--queries") { Description = "Test images that are classified.", DefaultValueFactory = _ => 2000 };
var seeds = new Option<int>("--seeds") { Description = "Seeds 1, 2, … of each method and crop.", DefaultValueFactory = _ => 3 };
data.AcceptExistingOnly();
foreach (Option option in (Option[])[data, output, epochs, images, queries, seeds])
    methods.Add(option);
methods.SetAction(arguments => new MethodComparison(
    arguments.GetValue(data)!.FullName, arguments.GetValue(output)!.FullName, arguments.GetValue(epochs), arguments.GetValue(images),
    arguments.GetValue(queries), arguments.GetValue(seeds)).Execute());

var state = new Command("state", "Prints what each method keeps in memory besides activations, with its authors' settings.");
var backbone = new Option<string>("--backbone") { Description = "The backbone.", DefaultValueFactory = _ => "resnet50" };
state.Add(backbone);
state.SetAction(arguments => MethodState.Execute(arguments.GetValue(backbone)!));

var micro = new Command("micro", "Sampling recipes and rendering views, by BenchmarkDotNet, e.g. micro --filter '*'.") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(arguments => _ = BenchmarkSwitcher.FromAssembly(typeof(RecipeSampling).Assembly).Run([.. arguments.UnmatchedTokens]));

return new RootCommand("Benchmarks of Microsoft.ML.Contrastive.") { memory, crops, recipes, methods, state, micro }.Parse(args).Invoke();
