using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// The classes and functions that a checkpoint may name, and what each comes to. Three kinds: those that tensors are made of; those whose values are
/// passed over, because weights do not need them and real checkpoints have them; and all others, which are refused.
/// </summary>
internal static class TorchObjects
{
    private static readonly Dictionary<string, ScalarType> Storages = new(StringComparer.Ordinal)
    {
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
        ["torch.storage.UntypedStorage"] = ScalarType.Byte,
    };

    /// <summary>Types of elements by the names that torch.dtype has for them.</summary>
    private static readonly Dictionary<string, ScalarType> Types =
        Storages.Values.Distinct().ToDictionary(s => s == ScalarType.Byte ? "torch.uint8" : $"torch.{s.ToString().ToLowerInvariant()}", StringComparer.Ordinal);

    private static readonly HashSet<string> Building = new(
        [
            "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter",
            "torch._utils._rebuild_parameter_with_state"],
        StringComparer.Ordinal);

    /// <summary>Settings of a run, numbers of NumPy, paths, counters. They are passed over, never built.</summary>
    private static readonly HashSet<string> PassedOver = new(
        [
            "argparse.Namespace", "collections.Counter", "collections.defaultdict", "collections.deque", "_codecs.encode", "datetime.datetime", "datetime.timedelta",
            "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath", "pathlib.PureWindowsPath", "types.SimpleNamespace",
            "torch.device", "torch.Size", "torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter",
            "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct",
            .. from module in new[] { "builtins", "__builtin__" }
               from type in new[] { "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "set", "slice", "str", "tuple" }
               select $"{module}.{type}",
            .. from type in Enum.GetNames<ScalarType>() select $"torch.{type.ToLowerInvariant()}",
            "torch.uint8",
        ],
        StringComparer.Ordinal);

    /// <summary>Libraries that put objects of their own beside the weights: Lightning's callbacks, optimisers and schedules, settings of Hydra.</summary>
    private static readonly string[] PassedOverLibraries = [
        "lightning.", "lightning_fabric.", "lightning_utilities.", "lightly.", "omegaconf.", "pytorch_lightning.", "solo.", "torch.optim.", "torchmetrics."];

    /// <summary>The class of storages of a type, as a pickle names it in the module torch.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static string StorageOf(ScalarType scalar) => Storages.FirstOrDefault(s => s.Value == scalar).Key?["torch.".Length..]
        ?? throw new NotSupportedException($"A PyTorch file cannot hold tensors of type {scalar}.");

    /// <summary>What a name stands for.</summary>
    /// <exception cref="InvalidDataException">It is not allowed.</exception>
    public static PickleGlobal Global(string name) =>
        Building.Contains(name) || Storages.ContainsKey(name) || IsPassedOver(name)
            ? new PickleGlobal(name)
            : throw new InvalidDataException(
                $"it refers to '{name}', which is neither a tensor nor a plain container, and no code of a file is executed. In Python, where you trust the file, save the "
                    + "weights alone: torch.save(model.state_dict(), path)");

    /// <summary>What a call comes to.</summary>
    /// <exception cref="InvalidDataException">The function is none, or it is given what it does not take.</exception>
    public static object? Call(object? function, object? arguments)
    {
        if (function is OpaqueValue)
            return OpaqueValue.Instance;
        if (function is not PickleGlobal { Name: var name } || arguments is not object?[] values)
            throw new InvalidDataException("it calls something that is no function");
        return name switch
        {
            "collections.OrderedDict" => new PickleDictionary(),
            "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => Tensor(values),
            "torch._utils._rebuild_tensor_v3" => TypedTensor(values),
            "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" => values is [StoredTensor tensor, ..]
                ? tensor
                : throw new InvalidDataException("a parameter is made of something that is no tensor"),
            _ when IsPassedOver(name) => OpaqueValue.Instance,
            _ => throw new InvalidDataException($"it calls '{name}', which is no function"),
        };
    }

    /// <summary>The storage that a persistent id names: ('storage', type, key, device, number of elements[, None]).</summary>
    /// <exception cref="InvalidDataException">It names something else.</exception>
    public static StorageReference Persistent(object? id) => id switch
    {
        object?[] and ["storage", PickleGlobal { Name: var type }, string key, _, long count, .. object?[] view] when Storages.TryGetValue(type, out ScalarType scalar) => view is [] or [null]
            ? new StorageReference(key, scalar, count)
            : throw new InvalidDataException(
                "one of its storages is part of another, as PyTorch before 0.4 wrote them. In Python, where you trust the file: torch.save(torch.load(path, "
                    + "map_location='cpu'), new_path)"),
        object?[] and ["module", ..] => throw new InvalidDataException(
            "it holds a whole network with its code, not its weights. In Python, where you trust the file: torch.save(torch.load(path, map_location='cpu').state_dict(), new_path)"),
        _ => throw new InvalidDataException("it refers to data in a way that torch.save does not"),
    };

    /// <summary>A tensor on a storage of bytes, whose type stands beside it (PyTorch 2.1 and later).</summary>
    private static StoredTensor TypedTensor(object?[] values)
    {
        StoredTensor bytes = Tensor(values);
        if (values is not [_, _, _, _, _, _, PickleGlobal { Name: var type }, ..] || !Types.TryGetValue(type, out ScalarType scalar))
            throw new InvalidDataException("one of its tensors is of a type that cannot be read");
        StorageReference typed = bytes.Storage with { Type = scalar };
        return bytes with { Storage = typed with { Count = bytes.Storage.Count * bytes.Storage.ElementSize / typed.ElementSize } };
    }

    private static StoredTensor Tensor(object?[] values)
    {
        if (values is not [StorageReference storage, long offset, object?[] sizes, object?[] strides, ..] || !sizes.All(v => v is long) || !strides.All(v => v is long))
            throw new InvalidDataException("a tensor lacks its storage, its offset, its sizes or its strides");
        return new StoredTensor(storage, offset, [.. sizes.Cast<long>()], [.. strides.Cast<long>()]);
    }

    private static bool IsPassedOver(string name) =>
        PassedOver.Contains(name) || Array.Exists(PassedOverLibraries, library => name.StartsWith(library, StringComparison.Ordinal));
}
