package parquetio

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// assorted is a table whose first column numbers its rows. Columns have few values, and so
// dictionaries, or many, or so many that a dictionary is begun and given up.
func assorted(t *testing.T, d dice.Dice, rows int) *frame.Frame {
	t.Helper()
	id := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		id.Append(int64(i))
	}
	fields := []arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}
	cols := []arrow.Array{id.NewArray()}
	add := func(name string, typ arrow.DataType, spread int64) {
		fields = append(fields, arrow.Field{Name: name, Type: typ, Nullable: true})
		cols = append(cols, d.Array(typ, rows, dice.Values{Nulls: []int{0, 0, 3, 20}[d.IntN(4)], Spread: spread}))
	}
	few, many := 1+d.Int64N(30), 1+d.Int64N(5000)
	add("s", arrow.BinaryTypes.String, few)
	add("u", arrow.BinaryTypes.String, many)
	add("large", arrow.BinaryTypes.LargeString, few)
	add("i", arrow.PrimitiveTypes.Int64, few)
	add("n", arrow.PrimitiveTypes.Int32, many)
	add("tiny", arrow.PrimitiveTypes.Int8, few)
	add("f", arrow.PrimitiveTypes.Float64, many)
	add("g", arrow.PrimitiveTypes.Float32, few)
	add("b", arrow.FixedWidthTypes.Boolean, 2)
	add("day", arrow.FixedWidthTypes.Date32, few)
	add("at", &arrow.TimestampType{Unit: arrow.Second}, few)
	add("price", &arrow.Decimal128Type{Precision: 7, Scale: 2}, few)
	add("wide", &arrow.Decimal128Type{Precision: 38, Scale: 10}, many)
	add("list", arrow.ListOf(arrow.BinaryTypes.String), few)
	add("struct", arrow.StructOf(arrow.Field{Name: "a", Type: arrow.BinaryTypes.String, Nullable: true}), few)
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, cols, int64(rows)))
	require.NoError(t, err)
	return f
}

// conditions are sides of && on one column or several; some fail on a row.
func conditions(d dice.Dice) string {
	x := d.IntN(30)
	text := strings.Repeat("αβ", x%5) + fmt.Sprint(x)
	sides := []string{
		fmt.Sprintf("s == %q", text), fmt.Sprintf("%q <= s", text), fmt.Sprintf("in(s, %q, \"αβ1\")", text),
		fmt.Sprintf("startswith(s, %q)", text[:len(text)/2]), `like(s, "%1%")`, "len(s) > 3", fmt.Sprintf("isnull(s) || s == %q", text),
		"isnull(s)", "!isnull(u)", fmt.Sprintf("s != %q", text), `s == "nothing"`, "s == u", fmt.Sprintf("u == %q", text), `endswith(u, "7")`,
		fmt.Sprintf("large == %q", text), fmt.Sprintf("i == %d", (x-50)*1_000_000), "i % 3 == 1", "n % 7 == 0", fmt.Sprintf("n > %d", x), "tiny > 3", "f > 100", "g < 2",
		"b", "!b", fmt.Sprintf("day == %q", fmt.Sprintf("1970-01-%02d", x%30+1)), fmt.Sprintf("second(at) < %d", x), "price > 0", "wide < 3",
		"id % 2 == 0", fmt.Sprintf("id > %d", 100*x), "coalesce(s, u) > \"5\"", fmt.Sprintf("100 / (id - %d) < 50", 97*x), "100 / i > 0",
		fmt.Sprintf("ifelse(s == %q, i > 0, false)", text),
	}
	var out []string
	for range 1 + d.IntN(3) {
		side := sides[d.IntN(len(sides))]
		out = append(out, "("+side+")")
	}
	return strings.Join(out, " && ")
}

// writeAny writes a file in small row groups and pages, by this writer or Arrow's. Arrow's gives
// dictionaries up midway.
func writeAny(t *testing.T, d dice.Dice, path string, f *frame.Frame) {
	t.Helper()
	if d.IntN(2) == 0 {
		o := WriteOptions{RowGroupBytes: 1 << (13 + d.IntN(8)), Compression: []string{"", "none", "zstd"}[d.IntN(3)], Encodings: []string{"", "all", "oldest"}[d.IntN(3)]}
		require.NoError(t, o.WriteFile(t.Context(), path, f))
		return
	}
	out, err := os.Create(path)
	require.NoError(t, err)
	version, batch := parquet.DataPageV1, 1+d.Int64N(300)
	if d.IntN(2) == 0 { // whose pages may not begin inside a row, as they do behind each batch
		version, batch = parquet.DataPageV2, 1<<20
	}
	w, err := pqarrow.NewFileWriter(f.Schema(), out, parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDataPageVersion(version), parquet.WithBatchSize(batch),
		parquet.WithDataPageSize(200+d.Int64N(3000)), parquet.WithDictionaryPageSizeLimit(100+d.Int64N(20000)), parquet.WithMaxRowGroupLength(100+d.Int64N(4000)),
	), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	require.NoError(t, err)
	for r := range chunker.Cut(f, 100+d.IntN(4000), 0) {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
}

// TestTrialsLeaveOutNothingElse reads random tables under random conditions, with the source told
// of them and without.
func TestTrialsLeaveOutNothingElse(t *testing.T) {
	var pruned, chosen, failed int
	seeds := uint64(16)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		d := dice.New(seed)
		f := assorted(t, d, 1+d.IntN(4000))
		path := filepath.Join(t.TempDir(), "f.parquet")
		writeAny(t, d, path, f)
		for range 10 {
			where, size := conditions(d), []int64{0, 4 << 10, 64 << 10}[d.IntN(3)]
			src := ReadOptions{KeepDictionaries: d.IntN(3) == 0}.Open(path)
			want, got := filtered(t, src, where, size, false), filtered(t, src, where, size, true)
			require.Equal(t, got.ids, got.rows, "seed %d: %s", seed, where)
			if want.err != nil {
				require.EqualError(t, got.err, want.err.Error(), "seed %d: %s", seed, where)
				failed++
				continue
			}
			require.NoError(t, got.err, "seed %d: %s", seed, where)
			require.True(t, want.f.Equal(got.f), "seed %d: %s", seed, where)
			if got.pruned > got.left.rows {
				chosen++
			}
			if got.pruned > 0 {
				pruned++
			}
		}
	}
	require.Greater(t, chosen, int(seeds), "conditions under which rows are chosen by dictionaries")
	require.Greater(t, pruned, chosen)
	require.Greater(t, failed, int(seeds)/5)
}

// TestRareRowsOfLargePages has long runs of rows that are not wanted, before the first that is and
// behind it.
func TestRareRowsOfLargePages(t *testing.T) {
	const rows = 50_000
	id, text, other := make([]int64, rows), make([]string, rows), make([]string, rows)
	for i := range rows {
		id[i], text[i], other[i] = int64(i), fmt.Sprint("straw ", i%7), fmt.Sprint("a longer text than sixteen bytes ", i%300)
	}
	text[20_000], text[20_001], text[49_000] = "needle", "needle", "needle"
	f, err := frame.New(frame.Of("id", id), frame.Of("text", text), frame.Of("other", other))
	require.NoError(t, err)
	ours, arrows := filepath.Join(t.TempDir(), "ours.parquet"), filepath.Join(t.TempDir(), "arrows.parquet")
	require.NoError(t, WriteFile(t.Context(), ours, f))
	out, err := os.Create(arrows)
	require.NoError(t, err)
	w, err := pqarrow.NewFileWriter(f.Schema(), out, parquet.NewWriterProperties(parquet.WithDataPageSize(1<<24)), pqarrow.DefaultWriterProps())
	require.NoError(t, err)
	require.NoError(t, w.Write(f.Records()[0]))
	require.NoError(t, w.Close())
	for _, path := range []string{ours, arrows} {
		for _, o := range []ReadOptions{{}, {KeepDictionaries: true}} {
			got := filtered(t, o.Open(path), `endswith(text, "needle")`, 0, true)
			require.NoError(t, got.err)
			require.Equal(t, 3, got.f.NumRows())
			require.EqualValues(t, rows-3, got.pruned)
			require.Equal(t, []int64{20_000, 20_001, 49_000}, got.rows)
			want := filtered(t, o.Open(path), `endswith(text, "needle")`, 0, false)
			require.True(t, want.f.Equal(got.f))
		}
	}
}

// TestTrialsSpareReading holds what is left out, and what is read, to what dictionaries say.
func TestTrialsSpareReading(t *testing.T) {
	all := filtered(t, Open(readings), "true", 0, true)
	for _, c := range []struct {
		where  string
		pruned int64
		share  float64 // of the bytes that is read, at most
	}{
		{`endswith(zone, "2") && id % 2 == 0`, 3000, 0.4},
		{`zone + "" == "nowhere"`, 4000, 0},
		{`isnull(zone)`, 4000, 0},
		{`startswith(zone, "zone")`, 0, 1},
		{`endswith(zone, "2") && 1 / (id - 1100) != 1`, 3000, 0.4}, // the row that would fail is of another zone
		{`1 / (id - 9999) != 1 && endswith(zone, "2")`, 0, 1},      // every row is looked at
	} {
		got := filtered(t, Open(readings), c.where, 0, true)
		require.NoError(t, got.err)
		require.Equal(t, c.pruned, got.pruned, c.where)
		require.LessOrEqual(t, float64(got.read), c.share*float64(all.read), c.where)
	}
}

// TestTrialsOnFilesOfOthers reads the corpora's files under a condition on each of their columns,
// told to the source and not.
func TestTrialsOnFilesOfOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: reads some hundred files many times")
	}
	pruned := 0
	for _, path := range corpora(t, "hyparquet") {
		f, err := ReadFile(t.Context(), path)
		if err != nil || f.NumRows() > 5000 {
			continue
		}
		for i, field := range f.Schema().Fields() {
			if i == 5 {
				break
			}
			column := fmt.Sprintf("col(%q)", field.Name)
			wheres := []string{"isnull(" + column + ")"}
			if field.Type.ID() == arrow.STRING {
				wheres = append(wheres, "len("+column+") % 3 == 1", column+` > "a"`)
			} else if arrow.IsInteger(field.Type.ID()) || arrow.IsFloating(field.Type.ID()) && field.Type.ID() != arrow.FLOAT16 {
				wheres = append(wheres, "float64("+column+") * 2.0 > 5.0")
			}
			for _, where := range wheres {
				if _, err := apply.Apply(t.Context(), f, apply.Where(where)); err != nil {
					continue // a type that expressions do not know
				}
				want, got := filtered(t, Open(path), where, 0, false), filtered(t, Open(path), where, 0, true)
				require.NoError(t, got.err)
				require.True(t, want.f.Equal(got.f), "%s: %s", path, where)
				if got.pruned > got.left.rows {
					pruned++
				}
			}
		}
	}
	require.Greater(t, pruned, 20)
}

// TestTrialsGiveBackSharedPages leaves parts no row of pages that they share with others; filtered
// looks at what is given back.
func TestTrialsGiveBackSharedPages(t *testing.T) {
	const rows = 8000
	id, zone := array.NewInt64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
	for i := range rows {
		id.Append(int64(i))
		zone.Append([]string{"here", "there"}[min(i%1009, 1)])
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "zone", Type: arrow.BinaryTypes.String}}, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, []arrow.Array{id.NewArray(), zone.NewArray()}, rows))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.NoError(t, WriteFile(t.Context(), path, f))
	got := filtered(t, Open(path), `zone == "here"`, 4<<10, true)
	require.NoError(t, got.err)
	require.EqualValues(t, rows-8, got.pruned)
}
