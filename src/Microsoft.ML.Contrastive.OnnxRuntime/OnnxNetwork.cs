using System.Buffers;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>An encoder's ONNX file run by ONNX Runtime, on the CPU or CUDA.</summary>
internal sealed class OnnxNetwork : IImageEncoder, IDisposable
{
    private readonly InferenceSession _session;

    // Runs go side by side; a session that is closed under a run takes the process with it.
    private readonly ReaderWriterLockSlim _running = new(LockRecursionPolicy.NoRecursion);
    private bool _disposed;

    public OnnxNetwork(OnnxEncoderModel model, IHostEnvironment environment, int? gpuDeviceId, bool fallbackToCpu)
    {
        Model = model;
        FeatureDimension = model.FeatureDimension;
        if (gpuDeviceId is { } device)
        {
            try
            {
                _session = OnnxSession.Open(model.Bytes, () => SessionOptions.MakeSessionOptionWithCudaProvider(device));
                UsesGpu = true;
                return;
            }
            catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException)
            {
                string message = $"The GPU {device} (GpuDeviceId) cannot be used: {e.Message} CUDA needs the package Microsoft.ML.OnnxRuntime.Gpu in place of "
                    + "Microsoft.ML.OnnxRuntime, and NVIDIA's libraries.";
                if (!fallbackToCpu)
                    throw new InvalidOperationException($"{message} Set FallbackToCpu to go on without.", e);
                using IChannel channel = environment.Register(nameof(OnnxEncoderTransformer)).Start("Opening");
                channel.Warning(MessageSensitivity.None, $"{message} The CPU is used.");
            }
        }

        _session = OnnxSession.Open(model.Bytes);
    }

    public OnnxEncoderModel Model { get; }

    public int FeatureDimension { get; }

    public bool UsesGpu { get; }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features) => Encode(pixels, rows, features, CancellationToken.None);

    /// <inheritdoc cref="Encode(ReadOnlySpan{float}, int, Span{float})"/>
    /// <param name="pixels">Rows × 3 × H × W values 0 … 255, red, green, blue.</param>
    /// <param name="rows">Number of images.</param>
    /// <param name="features">Receives rows × D values.</param>
    /// <param name="cancellationToken">Ends the run after the node of the graph that it is at.</param>
    public void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features, CancellationToken cancellationToken)
    {
        _running.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(OnnxEncoderTransformer));
            int batch = Model.FixedBatch ?? rows;
            for (int first = 0; first < rows; first += batch)
            {
                int count = Math.Min(batch, rows - first);
                ReadOnlySpan<float> source = pixels.Slice(first * Model.PixelCount, count * Model.PixelCount);
                Span<float> target = features.Slice(first * FeatureDimension, count * FeatureDimension);
                if (count == batch)
                    Run(source, batch, target, cancellationToken);
                else
                    RunFilledUp(source, batch, target, cancellationToken);
            }
        }
        finally
        {
            _running.ExitReadLock();
        }
    }

    public void Dispose()
    {
        _running.EnterWriteLock();
        try
        {
            if (!_disposed)
                _session.Dispose();
            _disposed = true;
        }
        finally
        {
            _running.ExitWriteLock();
        }
    }

    /// <summary>Fewer rows than the file's fixed batch: the rest is black.</summary>
    private void RunFilledUp(ReadOnlySpan<float> pixels, int batch, Span<float> features, CancellationToken cancellationToken)
    {
        float[] filled = ArrayPool<float>.Shared.Rent(batch * Model.PixelCount), all = ArrayPool<float>.Shared.Rent(batch * FeatureDimension);
        try
        {
            pixels.CopyTo(filled);
            filled.AsSpan(pixels.Length).Clear();
            Run(filled.AsSpan(0, batch * Model.PixelCount), batch, all.AsSpan(0, batch * FeatureDimension), cancellationToken);
            all.AsSpan(0, features.Length).CopyTo(features);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(filled);
            ArrayPool<float>.Shared.Return(all);
        }
    }

    /// <summary>ONNX Runtime reads and writes the caller's memory: nothing is copied.</summary>
    private unsafe void Run(ReadOnlySpan<float> pixels, int rows, Span<float> features, CancellationToken cancellationToken)
    {
        fixed (float* input = pixels, output = features)
        {
            using OrtValue images = Tensor(input, pixels.Length, [rows, 3, Model.Height, Model.Width]);
            using OrtValue encoded = Tensor(output, features.Length, Model.IsVector ? Model.RowShape : [rows, .. Model.RowShape]);
            using var options = new RunOptions();
            using CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(static run => ((RunOptions)run!).Terminate = true, options);
            try
            {
                _session.Run(options, [Model.InputName], [images], [Model.OutputName], [encoded]);
            }
            catch (OnnxRuntimeException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
            catch (OnnxRuntimeException e)
            {
                throw new InvalidOperationException($"'{Model.File}' failed on {rows} images of {Model.Width}x{Model.Height}: {e.Message}", e);
            }
        }
    }

    private static unsafe OrtValue Tensor(float* values, int count, long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)values, (long)count * sizeof(float));
}
