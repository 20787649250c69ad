namespace Microsoft.ML.Contrastive.Training;

/// <summary>Where a trainer keeps the decoded images that it renders views from. The weights are the same, bit for bit, whichever of the first four is chosen.</summary>
public enum ImageStorage
{
    /// <summary>
    /// <see cref="Memory"/> where <see cref="TrainingOptions.MaximumStoreBytes"/> allows it, else <see cref="MappedFile"/>, and <see cref="Streaming"/> where the disk
    /// has no room either; the log says which.
    /// </summary>
    Automatic,

    /// <summary>In memory, decoded once in each training. Training is refused where they need more than <see cref="TrainingOptions.MaximumStoreBytes"/>.</summary>
    Memory,

    /// <summary>
    /// In a memory-mapped file (<see cref="TrainingOptions.ImageStorePath"/>), decoded once: later trainings find it again while the image files are unchanged. Training
    /// is refused where the disk has no room for it.
    /// </summary>
    MappedFile,

    /// <summary>Nowhere: images are decoded anew in every epoch, in the threads that render.</summary>
    Streaming,

    /// <summary>
    /// Nothing is rendered by the trainer: view columns are read through cursors, row by row, in another order. The slowest; what training does by itself where views
    /// are not made by this library's steps.
    /// </summary>
    ViewColumns,
}
