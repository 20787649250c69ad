using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// Parameters laid side by side in one buffer, of which each becomes a view; their gradients likewise. An optimiser step or a momentum
/// update is then a handful of operations over the buffer instead of a handful for each of the parameters. The
/// parameters stay the objects they were. Make it after the network is on its device: moving a network gives it new parameters.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    /// <summary>Every parameter starts at a multiple of 64 bytes (16 floats), as vector kernels like it. The gaps hold zeros and stay so.</summary>
    private const long Alignment = 16;

    /// <summary>
    /// Elements that an element-wise update treats at a time on a CPU: a megabyte a buffer, so that what one operation has read is in the cache for the
    /// next. On ResNet-18 and two cores, AdamW's step took 41 ms with whole-buffer operations, 19 ms so.
    /// </summary>
    private const long CacheBlock = 1 << 18;

    private static readonly ConditionalWeakTable<Parameter, Place> Places = [];

    private readonly Place[] _places;
    private bool _disposed;

    /// <exception cref="ArgumentException">There are no parameters, or they differ in type or device.</exception>
    public FlatParameters(IReadOnlyList<Parameter> parameters, bool withGradients)
    {
        if (parameters.Count == 0)
            throw new ArgumentException("There is no parameter to train: every parameter of the network is frozen.", nameof(parameters));
        if (parameters.FirstOrDefault(p => p.dtype != parameters[0].dtype || p.device.ToString() != parameters[0].device.ToString()) is { } other)
            throw new ArgumentException(
                $"Parameters share one type and device, but there are {parameters[0].dtype} on {parameters[0].device} and {other.dtype} on {other.device}. Move the whole "
                    + "network with to(...).",
                nameof(parameters));

        Parameters = parameters;
        _places = new Place[parameters.Count];
        long end = 0;
        for (var i = 0; i < parameters.Count; i++)
        {
            _places[i] = new Place(this, i, end, parameters[i].numel(), parameters[i].stride());
            end += (_places[i].Length + Alignment - 1) / Alignment * Alignment;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Values = zeros(end, parameters[0].dtype, parameters[0].device).DetachFromDisposeScope();
        Gradients = withGradients ? zeros_like(Values).DetachFromDisposeScope() : null;
        for (var i = 0; i < parameters.Count; i++)
        {
            var view = View(Values, i);
            view.copy_(parameters[i]);
            parameters[i].set_(view);
            Places.AddOrUpdate(parameters[i], _places[i]);
        }

        AttachGradients();
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>All parameters.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, laid out like <see cref="Values"/>.</summary>
    public Tensor? Gradients { get; }

    /// <summary>The part of a buffer of this layout that belongs to one parameter, in the parameter's own shape.</summary>
    public Tensor View(Tensor buffer, int parameter) =>
        buffer.as_strided(Parameters[parameter].shape, _places[parameter].Strides, _places[parameter].Start);

    /// <summary>The part of a buffer of this layout that holds the parameters from <paramref name="first"/> to <paramref name="last"/>, both included, as a vector.</summary>
    public Tensor Slice(Tensor buffer, int first, int last) =>
        buffer.narrow(0, _places[first].Start, _places[last].Start + _places[last].Length - _places[first].Start);

    /// <summary>
    /// The same part in blocks, for several operations on each: as large as the cache likes on a CPU, all of it on a GPU, where each operation has its
    /// price instead.
    /// </summary>
    public IEnumerable<(long Start, long Length)> Blocks(int first, int last)
    {
        var end = _places[last].Start + _places[last].Length;
        var size = Values.device_type == DeviceType.CPU ? CacheBlock : end;
        for (var start = _places[first].Start; start < end; start += size)
            yield return (start, Math.Min(size, end - start));
    }

    /// <summary>Sets all gradients to zero, in place, and gives their views back to parameters whose gradient was taken away.</summary>
    public void ZeroGradients()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Gradients!.zero_();
        AttachGradients();
    }

    /// <summary>
    /// target ← momentum · target + (1 − momentum) · online, for parameters in pairs. Where both lie side by side in the same order, one
    /// operation serves them all.
    /// </summary>
    public static void MoveTowards(IReadOnlyList<Parameter> target, IReadOnlyList<Parameter> online, double momentum)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var weight = tensor(1 - momentum, target[0].dtype, target[0].device);
        for (var i = 0; i < target.Count; i++)
        {
            var (from, to) = (PlaceOf(online[i]), PlaceOf(target[i]));
            if (from is null || to is null || !from.Strides.SequenceEqual(to.Strides))
            {
                target[i].lerp_(online[i], weight);
                continue;
            }

            var count = 1;
            while (i + count < target.Count && from.IsFollowedBy(PlaceOf(online[i + count]), count) && to.IsFollowedBy(PlaceOf(target[i + count]), count)
                   && PlaceOf(online[i + count])!.Strides.SequenceEqual(PlaceOf(target[i + count])!.Strides))
                count++;
            to.Owner.Slice(to.Owner.Values, to.Index, to.Index + count - 1)
                .lerp_(from.Owner.Slice(from.Owner.Values, from.Index, from.Index + count - 1), weight);
            i += count - 1;
        }
    }

    /// <summary>Frees the buffers' handles; the memory lives on while parameters are views of it.</summary>
    public void Dispose()
    {
        _disposed = true;
        Values.Dispose();
        Gradients?.Dispose();
    }

    private static Place? PlaceOf(Parameter parameter) =>
        Places.TryGetValue(parameter, out var place) && !place.Owner._disposed ? place : null;

    private void AttachGradients()
    {
        if (Gradients is null)
            return;
        using var scope = NewDisposeScope();
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].grad is null)
                Parameters[i].grad = View(Gradients, i);
        }
    }

    private sealed record Place(FlatParameters Owner, int Index, long Start, long Length, long[] Strides)
    {
        public bool IsFollowedBy(Place? other, int distance) => other is not null && other.Owner == Owner && other.Index == Index + distance;
    }
}
