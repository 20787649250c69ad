namespace StockConsumer;

/// <summary>Something the user can put right, in one line.</summary>
internal sealed class ConsumerException(string message) : Exception(message);
