package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// shuffled is a frame of n rows: their number in n, keys of which each is there several times, and
// a text that makes rows wide.
func shuffled(t *testing.T, n, width int) *frame.Frame {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), 5))
	at, keys, texts := make([]int64, n), make([]int64, n), make([]string, n)
	for i := range at {
		at[i], keys[i] = int64(i), r.Int64N(int64(n)/4+1)
		texts[i] = strings.Repeat("x", r.IntN(width+1))
	}
	f, err := frame.New(frame.Of("n", at), frame.Of("key", keys), frame.Of("text", texts))
	require.NoError(t, err)
	return f
}

// sortedRows are the numbers of a shuffled frame's rows by key, as a plain sort has them.
func sortedRows(t *testing.T, f *frame.Frame) []int64 {
	t.Helper()
	keys, err := frame.Col[int64](f, "key")
	require.NoError(t, err)
	out := make([]int64, f.NumRows())
	for i := range out {
		out[i] = int64(i)
	}
	slices.SortStableFunc(out, func(a, b int64) int { return int(keys.Values()[a] - keys.Values()[b]) })
	return out
}

// valuesOf are the values of a column of numbers.
func valuesOf(t *testing.T, f *frame.Frame, column string) []int64 {
	t.Helper()
	c, err := frame.Col[int64](f, column)
	require.NoError(t, err)
	return c.Values()
}

// TestASortedStreamIsTheSameOnAnyWorkersAndBudget, in memory and spilled, whole and cut by a limit.
func TestASortedStreamIsTheSameOnAnyWorkersAndBudget(t *testing.T) {
	f := shuffled(t, 36_000, 900) // 17 MB
	want := sortedRows(t, f)
	counts, budgets := []int{1, 2, 3, 8}, []int64{16 << 20, 64 << 20, 1 << 30}
	if testing.Short() {
		counts, budgets = []int{1, 3}, budgets[:2]
	}
	for _, steps := range []chunker.Steps{
		{order.By("key")},
		{order.By("key"), table.Limit(100)},
		{order.By("key"), table.Select("n", "text"), apply.Expr("m = n + 1"), table.Limit(1000)},
		{order.By("-key"), apply.Where("n >= 0"), order.Keys(order.Key{Column: "key"})},
	} {
		whole, err := apply.Apply(t.Context(), f, steps...)
		require.NoError(t, err)
		if fmt.Sprint(steps[0]) == "order by key" {
			require.Equal(t, want[:whole.NumRows()], valuesOf(t, whole, "n"))
		}
		for _, workers := range counts {
			for _, memory := range budgets {
				sink, dir := new(chunker.FrameSink), t.TempDir()
				report, err := ooc.Job{From: small{f, 700 + 100*workers}, Steps: steps, To: sink, Workers: workers, Memory: memory, TempDir: dir}.Run(t.Context())
				require.NoError(t, err)
				require.True(t, whole.Equal(sink.Frame()), "%v, %d workers, %d MiB", steps, workers, memory>>20)
				require.EqualValues(t, f.NumRows(), report.RowsIn)
				require.EqualValues(t, whole.NumRows(), report.RowsOut)
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Empty(t, left)
			}
		}
	}
}

// TestASortOfEveryType: a job's rows are those of a frame, whatever the columns and chunks.
func TestASortOfEveryType(t *testing.T) {
	d := dice.New(17)
	beside := arrow.ListOf(arrow.StructOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}))
	for i, typ := range dice.Types {
		schema := arrow.NewSchema([]arrow.Field{{Name: "key", Type: typ, Nullable: true}, {Name: "beside", Type: beside, Nullable: true}}, nil)
		f, err := frame.FromRecords(schema, d.Records(schema, 900, dice.Values{Nulls: 7, Spread: 60, Wild: i%2 == 0})...)
		require.NoError(t, err)
		for _, key := range []order.Key{{Column: "key"}, {Column: "key", Descending: true}, {Column: "key", NullsFirst: true}} {
			steps := chunker.Steps{order.Keys(key), table.RowNumber("row")}
			want, err := apply.Apply(t.Context(), f, steps...)
			require.NoError(t, err, typ)
			sink := new(chunker.FrameSink)
			_, err = ooc.Job{From: small{f, 37}, Steps: steps, To: sink, Workers: 3}.Run(t.Context())
			require.NoError(t, err, typ)
			require.True(t, want.Equal(sink.Frame()), "%s by %s", typ, key)
		}
	}
}

// TestRowsThatFailBehindASortAreNamedByTheirOrigin, also where the sort takes a limit in; rejects
// behind it have their columns.
func TestRowsThatFailBehindASortAreNamedByTheirOrigin(t *testing.T) {
	dir := t.TempDir()
	for k, name := range []string{"a.csv", "b.csv"} {
		text := "n,key\n"
		for i := range 300 {
			text += fmt.Sprintf("%d,%d\n", 300*k+i, (300*k+i)*7919%601)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	first := int64(76 * 1) // its key is 7919 * 76 % 601 == 243
	for name, steps := range map[string]chunker.Steps{
		"behind":              {order.By("key"), bad("m", first)},
		"behind, descending":  {order.By("-key"), bad("m", first)},
		"behind a limit":      {order.By("key"), table.Limit(500), bad("m", first)},
		"before a limit":      {order.By("key"), bad("m", first), table.Limit(500)},
		"between two":         {order.By("key"), bad("m", first), order.By("-m")},
		"behind two":          {order.By("key"), table.Select("n"), order.By("-n"), bad("m", first)},
		"columns are dropped": {order.By("key"), table.Select("n"), bad("m", first)},
		"a condition":         {order.By("key"), apply.Where(fmt.Sprintf("100 / (n - %d) < 1000", first))},
	} {
		for _, workers := range []int{1, 4} {
			job := ooc.Job{From: csvio.Open(filepath.Join(dir, "*.csv")), Steps: steps, To: new(chunker.FrameSink), Workers: workers, TempDir: t.TempDir()}
			_, err := job.Run(t.Context())
			var re *chunker.RowError
			require.ErrorAs(t, err, &re, name)
			require.Equal(t, filepath.Join(dir, "a.csv"), re.File, name)
			require.EqualValues(t, []int64{first, first + 2}, []int64{re.Row, re.Line}, name)

			rejects := new(chunker.FrameSink)
			job.OnError, job.To = chunker.Reject(rejects, 0), new(chunker.FrameSink)
			report, err := job.Run(t.Context())
			require.NoError(t, err, name)
			require.EqualValues(t, 1, report.Rejected, name)
			require.Equal(t, []int64{first}, valuesOf(t, rejects.Frame(), "n"), name)
			require.Equal(t, []int64{first + 2}, valuesOf(t, rejects.Frame(), "reject_line"), name)
			require.Equal(t, "n key", strings.Join(chunker.Names(rejects.Frame().Schema())[:2], " "), name)
		}
	}
}

// TestAFilterPassesASort on its way to the source, but not where that has taken a limit in.
func TestAFilterPassesASort(t *testing.T) {
	f := shuffled(t, 3000, 3)
	for _, c := range []struct {
		steps chunker.Steps
		want  string
	}{
		{chunker.Steps{apply.Where("n > 10"), order.By("key")}, "n > 10, a test of n"},
		{chunker.Steps{order.By("key"), apply.Where("n > 10")}, "n > 10, a test of n"},
		{chunker.Steps{order.By("key"), table.Rename("n", "k"), order.By("-k"), apply.Where("k > 10")}, "n > 10, a test of n"},
		{chunker.Steps{order.By("key"), table.Limit(5), apply.Where("n > 10")}, ""},
		{chunker.Steps{order.By("key"), table.Select("n"), table.Limit(5), apply.Where("n > 10")}, ""},
		{chunker.Steps{apply.Where("n > 10"), order.By("key"), table.Limit(5)}, "n > 10, a test of n"},
	} {
		heard, sink := new(string), new(chunker.FrameSink)
		_, err := ooc.Job{From: listening{chunker.FromFrame(f), heard}, Steps: c.steps, To: sink}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, c.want, *heard, "%v", c.steps)
		want, err := apply.Apply(t.Context(), f, c.steps...)
		require.NoError(t, err)
		require.True(t, want.Equal(sink.Frame()))
	}
}

// listening is a source that keeps the filter it is told.
type listening struct {
	chunker.Source
	heard *string
}

func (l listening) Describe(ctx context.Context) (chunker.Input, error) {
	in, err := l.Source.Describe(ctx)
	return listeningInput{in, l.heard}, err
}

type listeningInput struct {
	chunker.Input
	heard *string
}

func (l listeningInput) Open(ctx context.Context, req chunker.Request) (chunker.Stream, error) {
	*l.heard = req.Filter.String()
	return l.Input.Open(ctx, req)
}

// TestOfASortedFileOnlyWhatIsNeededIsRead: columns that nobody needs are not read; of Parquet,
// neither are rows that a condition behind the sort leaves out.
func TestOfASortedFileOnlyWhatIsNeededIsRead(t *testing.T) {
	f := shuffled(t, 40_000, 40)
	path := filepath.Join(t.TempDir(), "a.parquet")
	_, err := ooc.Job{From: chunker.FromFrame(f), To: parquetio.Create(path), Memory: 16 << 20}.Run(t.Context())
	require.NoError(t, err)
	for read, steps := range map[string]chunker.Steps{
		"key":        {order.By("key"), table.Select("key")},
		"n key":      {order.By("-key"), table.Select("n"), table.Limit(3)},
		"n":          {order.By("n"), apply.Where("n < 500"), table.Select("n")},
		"n key text": {order.By("key")},
	} {
		sink := new(chunker.FrameSink)
		job := ooc.Job{From: parquetio.Open(path), Steps: steps, To: sink}
		plan, err := job.Explain(t.Context())
		require.NoError(t, err)
		require.Equal(t, read, strings.Join(plan.Read, " "))
		report, err := job.Run(t.Context())
		require.NoError(t, err)
		want, err := apply.Apply(t.Context(), f, steps...)
		require.NoError(t, err)
		require.True(t, want.Equal(sink.Frame()), "%v", steps)
		if read == "n" {
			require.Less(t, report.RowsIn, int64(f.NumRows()), "pages are left out")
		}
	}
}

// TestASortOfMuchAndOfNothing: many small files, none with rows, a column alone.
func TestASortOfMuchAndOfNothing(t *testing.T) {
	dir := t.TempDir()
	for i := range 300 {
		text := fmt.Sprintf("n\n%d\n%d\n", i*7919%300, 1000)
		if i%3 == 0 {
			text = "n\n"
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.csv", i)), []byte(text), 0o600))
	}
	types := csvio.ReadOptions{Types: map[string]arrow.DataType{"n": arrow.PrimitiveTypes.Int64}}
	for _, steps := range []chunker.Steps{{order.By("n")}, {order.By("-n"), table.Limit(7)}} {
		sink := new(chunker.FrameSink)
		_, err := ooc.Job{From: types.Open(filepath.Join(dir, "*.csv")), Steps: steps, To: sink, Workers: 4}.Run(t.Context())
		require.NoError(t, err)
		n := valuesOf(t, sink.Frame(), "n")
		if len(steps) == 1 {
			require.Len(t, n, 400)
			require.True(t, slices.IsSorted(n))
		} else {
			require.Equal(t, []int64{1000, 1000, 1000, 1000, 1000, 1000, 1000}, n)
		}
		out := filepath.Join(dir, "out.parquet")
		_, err = ooc.Job{From: types.Open(filepath.Join(dir, "000.csv"), filepath.Join(dir, "003.csv")), Steps: steps, To: parquetio.Create(out)}.Run(t.Context())
		require.NoError(t, err)
		none, err := chunker.ReadAll(t.Context(), parquetio.Open(out))
		require.NoError(t, err)
		require.Zero(t, none.NumRows())
		require.Equal(t, []string{"n"}, none.Names())
		require.NoError(t, os.Remove(out))
	}
}

// TestALimitBehindASortHoldsLittle, also with steps between that hand every row on: rows that
// cannot be among the first are dropped as they come.
func TestALimitBehindASortHoldsLittle(t *testing.T) {
	f := shuffled(t, 100_000, 900) // 50 MB
	for name, c := range map[string]struct {
		steps chunker.Steps
		few   bool
	}{
		"right behind":           {chunker.Steps{order.By("key"), table.Limit(10)}, true},
		"behind columns":         {chunker.Steps{order.By("key"), table.Select("n", "text"), table.Rename("n", "k"), table.Limit(10)}, true},
		"behind a function":      {chunker.Steps{order.By("key"), apply.Expr("m = n + 1"), table.RowNumber("row"), table.Limit(10)}, true},
		"behind a condition":     {chunker.Steps{order.By("key"), apply.Where("n > 5"), table.Limit(10)}, false},
		"none":                   {chunker.Steps{order.By("key")}, false},
		"more than there are":    {chunker.Steps{order.By("key"), table.Limit(1 << 40)}, false},
		"in a list of its own":   {chunker.Steps{chunker.Steps{order.By("key")}, chunker.Steps{table.Drop("key"), table.Limit(10)}}, true},
		"behind another's limit": {chunker.Steps{order.By("key"), table.Limit(10), table.Select("n"), table.Limit(1000)}, true},
	} {
		report, err := ooc.Job{From: small{f, 2000}, Steps: c.steps, To: newCountedSink(), Memory: 1 << 30, Workers: 1}.Run(t.Context())
		require.NoError(t, err, name)
		held := int64(0)
		for _, h := range report.Holders {
			if strings.HasPrefix(h.Who, "order by") {
				held = h.Bytes
			}
		}
		if c.few {
			require.Less(t, held, int64(40<<20), name)
		} else {
			require.Greater(t, held, int64(42<<20), name)
		}
	}
}

// TestASortIsRefusedBeforeTheFirstRow where its columns are wrong.
func TestASortIsRefusedBeforeTheFirstRow(t *testing.T) {
	for want, step := range map[string]chunker.Step{
		`order: no column "kye"; did you mean "key"?`: order.By("kye"),
		"order: no columns are named":                 order.By(),
		`order: column "key" is key 1 and key 2`:      order.By("key", "-key"),
	} {
		heard := new(string)
		_, err := ooc.Job{From: listening{chunker.FromFrame(shuffled(t, 5, 1)), heard}, Steps: chunker.Steps{apply.Where("n > 1"), step}, To: failingSink{}}.Run(t.Context())
		require.ErrorContains(t, err, want)
		require.Empty(t, *heard, "nothing is read")
	}
}

// failingSink must not be created.
type failingSink struct{}

func (failingSink) Create(context.Context, *arrow.Schema) (chunker.Writer, error) {
	return nil, errors.New("the sink was created")
}
