using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class RandomAccessDataViewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Chosen_rows_come_in_the_order_chosen_and_stay_the_same_when_shuffled(int cursors)
    {
        int[] chosen = [.. Enumerable.Range(0, 100).Where(i => i % 2 == 1).Reverse()];
        var data = new Squares(100, chosen);
        Assert.Equal(chosen.Length, data.GetRowCount());
        Assert.Equal(chosen.Select(Row), Rows(data, cursors, null));

        (ulong, float)[] shuffled = Rows(data, cursors, new Random(1));
        Assert.NotEqual(chosen.Select(Row), shuffled);
        Assert.Equal(chosen.Order().Select(Row), shuffled.Order());
        Assert.Equal(shuffled, Rows(data, cursors, new Random(1)));

        static (ulong Id, float Value) Row(int i) => ((ulong)i, (float)(i * i));
    }

    [Fact]
    public void A_getter_of_another_type_and_a_cursor_on_no_row_are_errors()
    {
        var data = new Squares(1, null);
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema);
        Assert.Contains("System.String", Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<string>(data.Schema[0])).Message);
        ValueGetter<float> get = cursor.GetGetter<float>(data.Schema[0]);
        float value = 0;
        Assert.Contains("MoveNext", Assert.Throws<InvalidOperationException>(() => get(ref value)).Message);
        Assert.True(cursor.MoveNext());
        get(ref value);
        Assert.False(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => get(ref value));
        using DataViewRowCursor without = data.GetRowCursor([]);
        Assert.Contains("not asked for", Assert.Throws<InvalidOperationException>(() => without.GetGetter<float>(data.Schema[0])).Message);
    }

    /// <summary>The rows of several cursors, put back into the order of one by their batches.</summary>
    private static (ulong Id, float Value)[] Rows(Squares data, int cursors, Random? random)
    {
        var rows = new List<(long Batch, ulong Id, float Value)>();
        foreach (DataViewRowCursor cursor in data.GetRowCursorSet(data.Schema, cursors, random))
        {
            ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
            ValueGetter<float> get = cursor.GetGetter<float>(data.Schema[0]);
            DataViewRowId id = default;
            float value = 0;
            while (cursor.MoveNext())
            {
                getId(ref id);
                get(ref value);
                rows.Add((cursor.Batch, id.Low, value));
            }
        }

        return [.. rows.OrderBy(row => row.Batch).Select(row => (row.Id, row.Value))];
    }

    private sealed class Squares(int count, int[]? chosen) : RandomAccessDataView(Column(), count, chosen)
    {
        protected override Delegate GetGetter(DataViewSchema.Column column, Func<int> place) => (ValueGetter<float>)((ref value) => value = place() * place());

        private static DataViewSchema Column()
        {
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Square", NumberDataViewType.Single);
            return schema.ToSchema();
        }
    }
}
