namespace Microsoft.ML.Contrastive.OnnxRuntime;

public sealed partial class OnnxEncoderEstimator
{
    /// <summary>Columns, file and settings of an encoder from an ONNX file.</summary>
    public sealed class Options
    {
        internal const int DefaultBatchSize = 64;

        /// <summary>Path of the ONNX file. It is read once, when the estimator is made.</summary>
        public string ModelFile { get; set; } = "";

        /// <summary>Column of the images.</summary>
        /// <value>The default value is "Image".</value>
        public string InputColumnName { get; set; } = "Image";

        /// <summary>Column of the features to add.</summary>
        /// <value>The default value is "Features".</value>
        public string OutputColumnName { get; set; } = "Features";

        /// <summary>
        /// The file's output that holds the features, or <see langword="null"/> for "features" if there is one of that name, else for the only output of floats.
        /// </summary>
        /// <value>The default value is <see langword="null"/>.</value>
        public string? ModelOutputName { get; set; }

        /// <summary>Width in pixels to which images are brought, at least 1: for files that neither fix it nor state it in their metadata.</summary>
        /// <value>The default value is <see langword="null"/>: what the file says.</value>
        public int? ImageWidth { get; set; }

        /// <summary>Height in pixels to which images are brought, at least 1: for files that neither fix it nor state it in their metadata.</summary>
        /// <value>The default value is <see langword="null"/>: what the file says.</value>
        public int? ImageHeight { get; set; }

        /// <summary>Rows that are encoded together, at least 1; rounded up to whole runs of a file with a fixed batch.</summary>
        /// <value>The default value is 64.</value>
        public int BatchSize { get; set; } = DefaultBatchSize;

        /// <summary>Index of the CUDA device, at least 0, or <see langword="null"/> for what the context's <c>GpuDeviceId</c> says: the CPU unless it was set.</summary>
        /// <value>The default value is <see langword="null"/>.</value>
        public int? GpuDeviceId { get; set; }

        /// <summary>Whether the CPU is used, with a warning in the log, where the device cannot be; <see langword="null"/> for what the context's <c>FallbackToCpu</c> says.</summary>
        /// <value>The default value is <see langword="null"/>.</value>
        public bool? FallbackToCpu { get; set; }

        internal Options Validated()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(ModelFile);
            ArgumentException.ThrowIfNullOrWhiteSpace(InputColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
            RequireAtLeast(1, BatchSize, nameof(BatchSize));
            RequireAtLeast(1, ImageWidth, nameof(ImageWidth));
            RequireAtLeast(1, ImageHeight, nameof(ImageHeight));
            RequireAtLeast(0, GpuDeviceId, nameof(GpuDeviceId));
            return (Options)MemberwiseClone();
        }

        private static void RequireAtLeast(int least, int? value, string name)
        {
            if (value < least)
                throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be at least {least}.");
        }
    }
}
