using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// An optimiser at work on the parameters of one network. What it remembers (momentum, moments, counts of steps) are tensors laid out like the
/// parameters; with them copied back, training goes on bit for bit. A parameter whose gradient was taken away (<c>grad = null</c>) is
/// left out of the step in every respect, as in torch.
/// </summary>
internal abstract class OptimizerState : IDisposable
{
    private readonly Optimizer _optimizer;
    private readonly double _fixedLearningRate;
    private readonly IReadOnlyList<MethodParameter> _parameters;
    private readonly bool[] _decayed;
    private readonly List<(string Name, Tensor Buffer)> _buffers = [];

    protected OptimizerState(Optimizer optimizer, IEnumerable<MethodParameter> parameters, double? fixedLearningRate)
    {
        optimizer.Validate();
        _optimizer = optimizer;
        _fixedLearningRate = fixedLearningRate ?? optimizer.LearningRate;
        _parameters = [.. parameters];
        _decayed = [.. _parameters.Select(p => !p.NoWeightDecay && !IsExcluded(p, optimizer.WeightDecayExclusion))];
        Flat = new FlatParameters([.. _parameters.Select(p => p.Parameter)], withGradients: true);
    }

    /// <summary>The parameters and gradients, in one buffer each.</summary>
    public FlatParameters Flat { get; }

    /// <summary>Everything that must be saved to go on from here, by name. To restore, copy into these tensors (<see cref="Load"/>).</summary>
    public virtual IEnumerable<(string Name, Tensor Tensor)> State =>
        from buffer in _buffers
        from parameter in Enumerable.Range(0, _parameters.Count)
        select ($"{buffer.Name}.{_parameters[parameter].Name}", Flat.View(buffer.Buffer, parameter));

    /// <summary>Forgets the gradients: before the loss of the next batch.</summary>
    public void ZeroGrad() => Flat.ZeroGradients();

    /// <summary>Bounds the gradients as the optimiser's <see cref="Optimizer.GradientClipping"/> has it: after backward, before the method's freezing.</summary>
    public void ClipGradients()
    {
        if (_optimizer.GradientClipping is not { } clipping)
            return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var gradients = Flat.Parameters.Select(p => p.grad).Where(g => g is not null).Select(g => g!).ToList();
        var norms = stack([.. gradients.Select(g => g.norm())]);
        if (clipping.Scope == ClippingScope.AllParameters)
            norms = norms.norm().expand(gradients.Count);
        var factors = minimum(norms.Plus(GradientClipping.Epsilon).reciprocal().Scale(clipping.MaxNorm), ones_like(norms));
        for (var i = 0; i < gradients.Count; i++)
            gradients[i].mul_(factors[i]);
    }

    /// <summary>Moves the parameters once.</summary>
    /// <param name="learningRate">The learning rate of this step; parameters of fixed rate disregard it.</param>
    /// <param name="weightDecay">The weight decay of this step; excluded parameters disregard it.</param>
    public void Step(double learningRate, double weightDecay)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var active = Flat.Parameters.Select(p => p.grad is not null).ToArray();
        BeginStep(active);
        for (var first = 0; first < active.Length; first++)
        {
            if (!active[first])
                continue;
            var last = first;
            while (last + 1 < active.Length && active[last + 1] && MoveAlike(first, last + 1))
                last++;
            MoveRange(
                first,
                last,
                (_parameters[first].FixedLearningRate ? _fixedLearningRate : learningRate) * _parameters[first].LearningRateFactor,
                _decayed[first] ? weightDecay : 0);
            first = last;
        }
    }

    /// <summary>Restores what <see cref="State"/> had given.</summary>
    /// <exception cref="ArgumentException">A tensor is missing or has another shape: the state belongs to another optimiser or network.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var own = State.ToList();
        foreach (var (name, tensor) in own)
        {
            if (!state.TryGetValue(name, out var saved) || !saved.shape.SequenceEqual(tensor.shape))
                throw new ArgumentException(
                    $"The optimiser's state has no '{name}' of shape [{string.Join(", ", tensor.shape)}]: it was saved by another optimiser or for another network.",
                    nameof(state));
        }

        foreach (var (name, tensor) in own)
            tensor.copy_(state[name]);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        Flat.Dispose();
        _buffers.ForEach(buffer => buffer.Buffer.Dispose());
    }

    /// <summary>A buffer of zeros laid out like the parameters, that is part of the state.</summary>
    protected Tensor NewBuffer(string name)
    {
        var buffer = zeros_like(Flat.Values).DetachFromDisposeScope();
        _buffers.Add((name, buffer));
        return buffer;
    }

    /// <summary>Whether a parameter is subject to weight decay.</summary>
    protected bool IsDecayed(int parameter) => _decayed[parameter];

    /// <summary>Called once before the parameters of a step are moved.</summary>
    /// <param name="active">By parameter, whether it has a gradient.</param>
    protected virtual void BeginStep(bool[] active)
    {
    }

    /// <summary>Whether one operation can move both parameters and all between them.</summary>
    protected virtual bool MoveAlike(int first, int other) =>
        _decayed[first] == _decayed[other] && _parameters[first].FixedLearningRate == _parameters[other].FixedLearningRate
        && _parameters[first].LearningRateFactor == _parameters[other].LearningRateFactor;

    /// <summary>Moves the parameters from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    protected abstract void MoveRange(int first, int last, double learningRate, double weightDecay);

    private static bool IsExcluded(MethodParameter parameter, ParameterExclusion exclusion) => exclusion switch
    {
        ParameterExclusion.AtMostOneDimension => parameter.Parameter.dim() <= 1,
        ParameterExclusion.OneDimension => parameter.Parameter.dim() == 1,
        ParameterExclusion.BiasAndNorm => parameter.Name.EndsWith("bias", StringComparison.Ordinal) || IsInNorm(parameter),
        _ => false,
    };

    /// <summary>The scale of a norm is called "weight" like any other; heads number their layers, so that only its shape tells it there.</summary>
    private static bool IsInNorm(MethodParameter parameter) =>
        parameter.Name.Contains("bn", StringComparison.Ordinal) || parameter.Name.Contains("norm", StringComparison.Ordinal)
        || (parameter.Name.EndsWith(".weight", StringComparison.Ordinal) && parameter.Parameter.dim() == 1);
}
