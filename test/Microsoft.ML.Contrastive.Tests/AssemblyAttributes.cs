// Torch's random numbers and number of threads belong to the process, and torch uses all cores by itself.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
