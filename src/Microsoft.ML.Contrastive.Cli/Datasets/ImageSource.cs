using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Images of one kind in one place. Safe for several threads: as many cursors read at once as there are processors.</summary>
internal abstract class ImageSource
{
    /// <summary>Decodes an image.</summary>
    /// <exception cref="InvalidDataException">It cannot be decoded; the message names it.</exception>
    public abstract MLImage Read(int index);

    /// <summary>Decodes an image wholly and forgets it: finds what <see cref="Read"/> would pass over, such as a file that is cut off.</summary>
    /// <exception cref="InvalidDataException">It cannot be decoded; the message names it.</exception>
    public abstract void Check(int index);

    /// <summary>Name of an image, unique in the data set.</summary>
    public abstract string NameOf(int index);
}
