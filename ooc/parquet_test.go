package ooc_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// trips is a Parquet file of many row groups: row n has id n, a zone of ten that come in turn, a
// borough of five that come one after the other, and a fare of n % 100.
func trips(t *testing.T, rows int) (path string, f *frame.Frame) {
	t.Helper()
	id, fare := make([]int64, rows), make([]int64, rows)
	zone, borough := make([]string, rows), make([]string, rows)
	for i := range rows {
		id[i], fare[i] = int64(i), int64(i%100)
		zone[i], borough[i] = fmt.Sprint("Zone ", i%10), fmt.Sprint("borough ", 5*i/rows)
	}
	f, err := frame.New(frame.Of("id", id), frame.Of("zone", zone), frame.Of("borough", borough), frame.Of("fare", fare))
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "trips.parquet")
	sink := parquetio.WriteOptions{RowGroupBytes: 1 << 19}.Create(path)
	_, err = ooc.Job{From: small{f, 1000}, To: sink}.Run(t.Context())
	require.NoError(t, err)
	return path, f
}

// TestWhereOverParquetReadsWhatItNeeds holds a job over Parquet to the same job over a frame: rows
// and their order, calls, counts and progress. The file's source is told the condition.
func TestWhereOverParquetReadsWhatItNeeds(t *testing.T) {
	const rows = 40_000
	path, f := trips(t, rows)
	for where, pruned := range map[string]int64{
		`zone == "Zone 7"`:                            9 * rows / 10,
		`startswith(borough, "borough 3")`:            4 * rows / 5,
		`like(borough, "%3") && in(zone, "Zone 1")`:   49 * rows / 50,
		`borough == "nowhere"`:                        rows,
		`endswith(zone, "w")`:                         rows,
		`zone == "Zone 7" && fare % 3 == 1`:           9 * rows / 10,
		`len(zone) > 3`:                               0,
		`zone == "Zone 7" || borough == "borough 2"`:  0,
		`zone == "Zone 7" && 100 / (id - 50) > -1000`: 9 * rows / 10, // row 50 is of another zone
		`fare == 3`: 0, // stored as differences, without a dictionary
	} {
		var calls atomic.Int64
		fns := chunker.Steps{apply.Map1("twice", "fare", func(v int64) int64 { calls.Add(1); return 2 * v })}
		want := new(chunker.FrameSink)
		_, err := ooc.Job{From: chunker.FromFrame(f), Steps: chunker.Steps{apply.Where(where), fns}, To: want}.Run(t.Context())
		require.NoError(t, err, where)
		calls.Store(0)
		got := new(chunker.FrameSink)
		var last progress.Event
		report, err := ooc.Job{From: parquetio.Open(path), Steps: chunker.Steps{apply.Where(where), fns}, To: got, Progress: func(e progress.Event) { last = e }}.Run(t.Context())
		require.NoError(t, err, where)
		require.True(t, want.Frame().Equal(got.Frame()), where)
		require.EqualValues(t, got.Frame().NumRows(), calls.Load(), where)
		require.EqualValues(t, got.Frame().NumRows(), report.RowsOut, where)
		require.EqualValues(t, rows, report.RowsIn+report.Pruned, where)
		require.GreaterOrEqual(t, report.Pruned, pruned, where)
		require.EqualValues(t, rows, last.RowsDone, "progress ends at the end: %s", where)
		require.EqualValues(t, rows, last.RowsTotal)
		if pruned > 0 {
			require.Contains(t, report.String(), fmt.Sprintf("%d rows were not decoded", report.Pruned))
		} else {
			require.NotContains(t, report.String(), "undecoded")
		}
	}
}

// TestErrorsOfRowsNameTheRowOfTheParquetFile has rows fail in Where and in functions, among rows
// that the source left out.
func TestErrorsOfRowsNameTheRowOfTheParquetFile(t *testing.T) {
	const rows = 40_000
	path, f := trips(t, rows)
	fails := apply.Expr("share = 100 / (id - 27777)")
	for _, job := range []ooc.Job{
		{Steps: chunker.Steps{apply.Where(`zone == "Zone 7"`), fails}},
		{Steps: chunker.Steps{apply.Where(`100 / (id - 27777) < 1000 && zone == "Zone 3"`)}},
		{Steps: chunker.Steps{apply.Where(`zone == "Zone 7" && 100 / (id - 27777) < 1000`)}},
		{Steps: chunker.Steps{apply.Where(`borough == "borough 3" && zone == "Zone 7" && 100 / (id - 27777) < 1000`)}},
	} {
		for _, workers := range []int{1, 4} {
			job.From, job.To, job.Workers = parquetio.Open(path), new(chunker.FrameSink), workers
			_, err := job.Run(t.Context())
			var re *chunker.RowError
			require.ErrorAs(t, err, &re, job.Steps)
			require.EqualValues(t, 27777, re.Row, job.Steps)
			require.Equal(t, path, re.File)
			require.ErrorContains(t, err, "id = 27777")
		}
		var sinks, rejects [2]chunker.FrameSink
		for i, from := range []chunker.Source{chunker.FromFrame(f), parquetio.Open(path)} {
			job.From, job.To, job.OnError = from, &sinks[i], chunker.Reject(&rejects[i], 0)
			report, err := job.Run(t.Context())
			require.NoError(t, err, job.Steps)
			require.Equal(t, 1, report.Steps.Failed)
			row, err := frame.Col[int64](rejects[i].Frame(), "reject_row")
			require.NoError(t, err)
			require.Equal(t, []int64{27777}, row.Values())
		}
		require.True(t, sinks[0].Frame().Equal(sinks[1].Frame()), job.Steps)
	}
}

// TestLargePagesAreCounted has row groups of which all columns are one page, cut into many chunks.
func TestLargePagesAreCounted(t *testing.T) {
	const rows, groups, width = 4000, 3, 4000
	path := filepath.Join(t.TempDir(), "large.parquet")
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "text", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	out, err := os.Create(path)
	require.NoError(t, err)
	w, err := pqarrow.NewFileWriter(schema, out, parquet.NewWriterProperties(parquet.WithDictionaryDefault(false), parquet.WithCompression(compress.Codecs.Snappy),
		parquet.WithDataPageSize(1<<30), parquet.WithBatchSize(rows)), pqarrow.DefaultWriterProps())
	require.NoError(t, err)
	for g := range groups {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for i := range rows {
			b.Field(0).(*array.Int64Builder).Append(int64(g*rows + i))
			b.Field(1).(*array.StringBuilder).Append(strings.Repeat(string(rune('a'+i%26)), width))
		}
		require.NoError(t, w.Write(b.NewRecord()))
	}
	require.NoError(t, w.Close())

	run := func(budget int64, where string) (*ooc.Report, error) {
		to := new(chunker.FrameSink)
		var steps chunker.Steps
		if where != "" {
			steps = chunker.Steps{apply.Where(where)}
		}
		report, err := ooc.Job{From: parquetio.Open(path), Steps: steps, To: to, Memory: budget, Workers: 4}.Run(t.Context())
		if err == nil && where == "" {
			id, err := frame.Col[int64](to.Frame(), "id")
			require.NoError(t, err)
			require.Equal(t, groups*rows, id.Len())
			for i, v := range id.Values() {
				require.EqualValues(t, i, v)
			}
		}
		return report, err
	}
	report, err := run(24<<20, "")
	require.NoError(t, err)
	require.Greater(t, report.PeakUse, int64(rows*width), "what chunks are cut from is counted")
	require.LessOrEqual(t, report.PeakUse, int64(24<<20))
	_, err = run(24<<20, "id % 7 == 3")
	require.NoError(t, err)
	_, err = run(0, "")
	require.NoError(t, err)
	require.Equal(t, "pages and dictionaries that chunks share", report.Holders[0].Who)
	sum := int64(0)
	for _, h := range report.Holders {
		sum += h.Bytes
	}
	require.Equal(t, report.PeakUse, sum, "the holders are what the peak is made of")
	_, err = run(16<<20, "")
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.ErrorContains(t, err, path+": row group 0: pages and dictionaries that chunks share: it needs 1")
	require.ErrorContains(t, err, "raise Memory")
}
