using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>Where training is: what schedules and random numbers depend on.</summary>
/// <param name="Step">Optimiser steps done so far, from 0.</param>
/// <param name="StepsPerEpoch">Optimiser steps an epoch.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="MicroBatch">The micro-batch of the step, from 0.</param>
/// <param name="MicroBatches">Micro-batches whose gradients make a step.</param>
/// <param name="Seed">The run's seed, for what is drawn at random in a step: from seed and place, lest a restart draw anything else.</param>
internal readonly record struct TrainingPosition(long Step, long StepsPerEpoch, int Epochs, int MicroBatch = 0, int MicroBatches = 1, int Seed = 0)
{
    /// <summary>Whether the weights have moved since the micro-batch before: when momentum copies that move in <see cref="TrainingModule.Loss"/> do so.</summary>
    public bool BeginsStep => MicroBatch == 0;

    /// <summary>Whether the weights move after this micro-batch: when queues and centres take in the step's rows.</summary>
    public bool EndsStep => MicroBatch == MicroBatches - 1;

    /// <summary>The current epoch, from 0.</summary>
    public int Epoch => (int)(Step / StepsPerEpoch);

    /// <summary>Optimiser steps in all.</summary>
    public long TotalSteps => StepsPerEpoch * Epochs;
}

/// <summary>
/// What the loop trains: an encoder and whatever its loss needs beside it. Everything that must survive a restart (weights, momentum copies, queue,
/// centre, counters) is a parameter or a buffer, so that the state dictionary is the whole state.
/// </summary>
internal abstract class TrainingModule(string name) : nn.Module(name)
{
    /// <summary>The encoder that is handed out at the end: images [B, 3, H, W] to features [B, D].</summary>
    public abstract BackboneModule Encoder { get; }

    /// <summary>The projection head between the encoder and the loss, for who wants to keep it; <see langword="null"/> where there is none.</summary>
    public virtual ProjectionHead? Projector => null;

    /// <summary>What training is for: the encoder, and what else is handed out with it.</summary>
    public virtual nn.Module Result => Encoder;

    /// <summary>What the optimiser trains: parameters that require gradients, by group.</summary>
    public virtual IEnumerable<MethodParameter> TrainableParameters() =>
        named_parameters().Where(p => p.parameter.requires_grad).Select(p => new MethodParameter(p.name, p.parameter));

    /// <summary>
    /// The loss of one batch, a scalar with gradient; with gradient accumulation, of one of the step's micro-batches, which come in turn and share weights. State
    /// moves once a step all the same: see <see cref="TrainingPosition.BeginsStep"/> and <see cref="StepRows"/>.
    /// </summary>
    /// <param name="views">One tensor [B, 3, H, W] a view; sizes may differ between views, never the batch.</param>
    /// <param name="labels">Class index of each row, 64-bit integers [B]; <see langword="null"/> where training takes no labels.</param>
    /// <param name="position">Where training is.</param>
    public abstract Tensor Loss(IReadOnlyList<Tensor> views, Tensor? labels, TrainingPosition position);

    /// <summary>
    /// After gradients are there and before the optimiser moves: freezing, as DINO does with its last layer. Taking a gradient away
    /// (<c>grad = null</c>) leaves the parameter out of this step.
    /// </summary>
    /// <param name="position">The position that the loss was given.</param>
    public virtual void BeforeOptimizerStep(TrainingPosition position)
    {
    }

    /// <summary>After the optimiser has moved: the momentum update of the methods that do it then (BYOL, DINO).</summary>
    /// <param name="position">The position that the loss was given: the step just done is not yet counted.</param>
    public virtual void AfterOptimizerStep(TrainingPosition position)
    {
    }

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Releases heads, momentum copies and whatever else served training only; the encoder lives on.</summary>
    /// <param name="projector">The projection head, where that lives on too.</param>
    public void DisposeAllButEncoder(ProjectionHead? projector)
    {
        var kept = new HashSet<Tensor>([.. Encoder.parameters(), .. Encoder.buffers(), .. projector?.Tensors ?? []], ReferenceEqualityComparer.Instance);
        foreach (Tensor tensor in parameters().Concat(buffers()).Where(t => !kept.Contains(t)))
            tensor.Dispose();
    }
}

/// <summary>One trainable parameter and how it is optimised.</summary>
/// <param name="Name">Full name in the method's state dictionary.</param>
/// <param name="Parameter">The parameter.</param>
/// <param name="FixedLearningRate">Exempt from the learning-rate schedule (SimSiam's predictor).</param>
/// <param name="NoWeightDecay">Exempt from weight decay, whatever the optimiser's own exclusions are (DINO's biases and norms).</param>
/// <param name="LearningRateFactor">Factor on the learning rate (a pretrained encoder, to be moved less than the classifier on it).</param>
internal readonly record struct MethodParameter(
    string Name, TorchSharp.Modules.Parameter Parameter, bool FixedLearningRate = false, bool NoWeightDecay = false, double LearningRateFactor = 1);
