package csvio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// kept is what reading a stream came to.
type kept struct {
	rows    []string // of the file's rows that came out
	rejects []string
	nulled  int
	err     string
}

// drain reads a source in blocks of a size, with several parts decoded at the same time and in any
// order.
func drain(ctx context.Context, src chunker.Source, block int64, workers int) kept {
	var k kept
	stream, err := chunker.Open(ctx, src, chunker.Request{Bytes: block})
	if err != nil {
		return kept{err: err.Error()}
	}
	defer stream.Close()
	var parts []chunker.Part
	for err == nil {
		var p chunker.Part
		if p, err = stream.Next(ctx); err == nil {
			parts = append(parts, p)
		}
	}
	if err != io.EOF {
		k.err = err.Error()
	}
	chunks, errs := make([]chunker.Chunk, len(parts)), make([]error, len(parts))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(parts); i += workers {
				chunks[i], errs[i] = parts[i](ctx)
			}
		})
	}
	wg.Wait()
	var n chunker.Numberer
	for i, c := range chunks {
		if errs[i] != nil {
			k.err = n.Fail(errs[i]).Error()
			break
		}
		n.Number(&c)
		k.nulled += len(c.Lossy())
		for row := range c.Len() {
			var b strings.Builder
			fmt.Fprintf(&b, "%d@%d", c.RowOf(row), c.Lines.Of(row))
			for _, col := range c.Record.Columns() {
				fmt.Fprintf(&b, "|%s", col.ValueStr(row))
			}
			k.rows = append(k.rows, b.String())
		}
		for _, r := range c.Rejects {
			k.rejects = append(k.rejects, fmt.Sprintf("%d@%d+%d %s %q %v", r.Row, r.Line, r.Offset, r.Column, r.Raw, r.Err))
		}
		c.Release()
	}
	return k
}

// damaged is a table with things wrong in it here and there.
func damaged(r *rand.Rand, rows int) string {
	var b strings.Builder
	b.WriteString("id,name,amount,note\n")
	bad := []string{
		"x,a,1.5,n", "7,a", "7,a,1.5,n,more", `7,"a"b,1.5,n`, `7,a,1.5,"open`, "7,a,oops,n", "", `7,"two` + "\n" + `lines",2.5,n`, "7,a\xff,1.5,n", `7,""a,1.5,n`, ",,,", `"`, `7,"a""b",1.5,"n"`,
		"7,\"\xc3\",1.5,\"a\nb\"", "#7,a,1.5,n", "7,a,1.5,n\r", `\"`, "7\x00,a,1,n",
	}
	for i := range rows {
		if r.IntN(6) == 0 {
			b.WriteString(bad[r.IntN(len(bad))])
		} else {
			fmt.Fprintf(&b, "%d,name %d,%d.5,%s", i, i, i*7%100, []string{"", "note", `"quo""ted"`, `"a, b"`, "\"two\nlines\""}[r.IntN(5)])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestRowsInAreRowsOutAndRejects: for every policy, size of blocks, number of workers and choice of
// columns the same rows come out, and those that do not are listed.
func TestRowsInAreRowsOutAndRejects(t *testing.T) {
	types := map[string]arrow.DataType{"id": intType, "name": textType, "amount": arrow.PrimitiveTypes.Float64, "note": textType}
	seeds := uint64(25)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 1))
		text := damaged(r, 20+r.IntN(700))
		path := file(t, text)
		for _, o := range []csvio.ReadOptions{
			{OnError: chunker.Reject(nil, 0), Types: types, Header: csvio.Present, Encoding: csvio.UTF8, NoComment: true, Quote: '"', Delimiter: ','},
			{OnError: chunker.Skip(), Types: types, Header: csvio.Present, Encoding: csvio.UTF8, Comment: '#', Quote: '"', Delimiter: ','},
			{OnError: chunker.Null(), Types: types, Header: csvio.Present, Encoding: csvio.UTF8, Quote: '"', Delimiter: ','},
			{OnError: chunker.Reject(nil, 0), Types: types, Header: csvio.Present, Encoding: csvio.UTF8, Quote: '"', Delimiter: ',', Escape: '\\', LineEnd: csvio.MixedEnds, Trim: csvio.TrimBlanks},
			{OnError: chunker.Null(), Types: types, Header: csvio.Present, Encoding: csvio.UTF8, Quote: '"', Delimiter: ',', Escape: '\\'},
			{OnError: chunker.Reject(nil, 0), Types: types, Header: csvio.Present, Encoding: csvio.UTF8, NoQuotes: true, Delimiter: ','},
		} {
			want := drain(t.Context(), o.Open(path), 1<<20, 1)
			require.Empty(t, want.err)
			if o.NoQuotes { // then a row is a line
				lines := 0
				for l := range strings.Lines(text) {
					if l != "\n" {
						lines++
					}
				}
				require.Len(t, want.rows, lines-1-len(want.rejects))
			}
			for _, block := range []int64{4 << 10, 5000, 9 << 10} {
				got := drain(t.Context(), o.Open(path), block, 1+int(seed)%3)
				require.Equal(t, want, got, "seed %d, %+v, blocks of %d", seed, o, block)
			}
			for _, names := range [][]string{{"note"}, {"amount", "id"}} {
				some := drain(t.Context(), chunker.Select(o.Open(path), names...), 4<<10, 2)
				require.Equal(t, len(want.rows)+len(want.rejects), len(some.rows)+len(some.rejects), "columns %v", names)
				require.LessOrEqual(t, some.nulled, want.nulled, "columns %v", names)
			}
		}
	}
}

// TestTheErrorThatStopsNamesItsRow, counted from the beginning of the file, whoever reads it.
func TestTheErrorThatStopsNamesItsRow(t *testing.T) {
	path := file(t, "a,b\n"+strings.Repeat("1,2\n", 400_000)+"1,x\n"+strings.Repeat("1,2\n", 10))
	o := csvio.ReadOptions{Types: map[string]arrow.DataType{"b": intType}}
	_, err := o.ReadFile(t.Context(), path)
	require.ErrorContains(t, err, `in.csv:400002: row 400000, column "b", value "x"`)
	_, err = chunker.Copy(t.Context(), new(chunker.FrameSink), o.Open(path))
	require.ErrorContains(t, err, `in.csv:400002: row 400000, column "b", value "x"`)
}

// Under Null, a quote that cannot be mended reaches no further than the row that it broke, however
// blocks are cut.
func TestMendedRowsDoNotReachBehindTheirOwn(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n", 20) + "3,\"x\n\"open\n" + strings.Repeat("4,5\n6,7\" pipe\n", 2000)
	o := csvio.ReadOptions{OnError: chunker.Null(), Delimiter: ',', Quote: '"', Types: map[string]arrow.DataType{"a": textType, "b": textType}}
	path := file(t, text)
	want := drain(t.Context(), o.Open(path), 1<<20, 1)
	require.Empty(t, want.err)
	require.Len(t, want.rows, 4021)
	require.Len(t, want.rejects, 1, "the line open, of one field")
	require.Equal(t, want, drain(t.Context(), o.Open(path), 4<<10, 2))
}

// What Null cuts off a row may have lines: those after it keep their numbers.
func TestCutFieldsKeepTheirLines(t *testing.T) {
	o := csvio.ReadOptions{OnError: chunker.Null(), Delimiter: ',', Quote: '"', Header: csvio.Present}
	got := drain(t.Context(), o.Open(file(t, "a,b\n1,2\n3,4,\"two\n\nlines\",z\n5,6\n7\n8,9,\"\n\"\n10,11\n")), 0, 1)
	require.Equal(t, []string{"0@2|1|2", "1@3|3|4", "2@6|5|6", "3@7|7|(null)", "4@8|8|9", "5@10|10|11"}, got.rows)
}

func limited(p chunker.Policy, rowsMax int, ratioMax float64) chunker.Policy {
	p.RowsMax, p.RatioMax = rowsMax, ratioMax
	return p
}

// policies are all words for bad rows.
var policies = []chunker.Policy{chunker.Stop(), chunker.Null(), chunker.Reject(nil, 0), chunker.Skip()}

func TestRejectsGoToTheirSink(t *testing.T) {
	text := "a,b\n1,x\n2\n3,\"y\"z\nfour,w\n5,v\n"
	to := filepath.Join(t.TempDir(), "rejects.csv")
	o := csvio.ReadOptions{OnError: chunker.Reject(csvio.Create(to), 0), Types: map[string]arrow.DataType{"a": intType}}
	path := file(t, text)
	f, err := o.ReadFile(t.Context(), path)
	require.NoError(t, err)
	require.Equal(t, "a,b\n1,x\n5,v\n", written(t, f))
	bad, err := csvio.ReadFile(t.Context(), to)
	require.NoError(t, err)
	require.Equal(t, []string{"reject_file", "reject_row", "reject_line", "reject_offset", "reject_column", "reject_function", "reject_reason", "reject_text"}, bad.Names())
	require.Equal(t, strings.ReplaceAll(`reject_file,reject_row,reject_line,reject_offset,reject_column,reject_function,reject_reason,reject_text
PATH,1,3,8,,,"the row has 1 field, there are 2 columns",2
PATH,2,4,10,,,there is text behind a closing quote: double the quotes inside a quoted field,"3,""y""z"
PATH,3,5,17,a,,"value ""four"": is no int64","four,w"
`, "PATH", path), written(t, bad))

	for _, p := range []chunker.Policy{limited(chunker.Skip(), 2, 0), limited(chunker.Skip(), 0, 0.5)} {
		_, err = csvio.ReadOptions{OnError: p, Types: o.Types}.ReadFile(t.Context(), path)
		var many *chunker.TooManyError
		require.ErrorAs(t, err, &many)
		require.Equal(t, 3, many.Failed)
		require.Equal(t, p, many.Policy)
		var first *chunker.Error
		require.ErrorAs(t, many.First, &first)
		require.EqualValues(t, 3, first.Line)
	}
	_, err = csvio.ReadOptions{OnError: limited(chunker.Skip(), 3, 0.6), Types: o.Types}.ReadFile(t.Context(), path)
	require.NoError(t, err)
}

// TestLimits: each is an error of its type, soon and in little memory.
func TestLimits(t *testing.T) {
	zeros := func(text string, times int) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		for range times {
			io.WriteString(w, text)
		}
		require.NoError(t, w.Close())
		path := filepath.Join(t.TempDir(), "bomb.csv.gz")
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
		return path
	}
	for _, c := range []struct {
		path, option, want string
		o                  csvio.ReadOptions
	}{
		{file(t, "a,b\n1,"+strings.Repeat("x", 20<<20)), "RowMax", "in.csv:2: the row is longer than 16777216 bytes", csvio.ReadOptions{}},
		{file(t, "a,b\n1,x\n2,\""+strings.Repeat("x\n", 10<<20)), "RowMax", "in.csv:3: a quote is opened here and not closed within 16777216 bytes", csvio.ReadOptions{}},
		{file(t, strings.Repeat("a", 20<<20)), "RowMax", "in.csv:1: the row is longer than", csvio.ReadOptions{}},
		{file(t, "a,b\n1,"+strings.Repeat("x", 5000)+"\n"), "FieldMax", "in.csv:2: column \"b\": the field is longer than 4000 bytes", csvio.ReadOptions{FieldMax: 4000}},
		{file(t, strings.Repeat("a,", 20480)+"a\n"), "ColumnsMax", "has more than 20480 columns", csvio.ReadOptions{}},
		{zeros(strings.Repeat("0,0\n", 1<<18), 1<<7), "RatioMax", "compressed bytes became", csvio.ReadOptions{RatioMax: 400}},
		{zeros(strings.Repeat("\x00", 1<<20), 1<<6), "RowMax", "bomb.csv.gz:1: the row is longer than", csvio.ReadOptions{RatioMax: -1}},
	} {
		runtime.GC()
		start := time.Now()
		err := func() error {
			stream, err := chunker.Open(t.Context(), c.o.Open(c.path), chunker.Request{})
			if err != nil {
				return err
			}
			defer stream.Close()
			for {
				part, err := stream.Next(t.Context())
				if err != nil {
					return err
				}
				chunk, err := part(t.Context())
				if err != nil {
					return err
				}
				chunk.Release()
			}
		}()
		t.Logf("%v: %v", time.Since(start), err)
		var le *csvio.LimitError
		require.True(t, errors.As(err, &le), "%v", err)
		require.Equal(t, c.option, le.Option)
		require.ErrorContains(t, err, c.want)
	}
	_, err := csvio.ReadOptions{RatioMax: -1}.ReadFile(t.Context(), zeros(strings.Repeat("0,0\n", 1<<18), 40))
	require.NoError(t, err)
}

func TestUnclosedQuoteNamesItsLine(t *testing.T) {
	text := "a,b\n1,\"two\nlines\"\n2,\"three\nlines\",\"and\n3,x\n4,y\n"
	for _, o := range []csvio.ReadOptions{{}, {Escape: '\\'}} {
		_, err := read(t, o, text)
		require.ErrorContains(t, err, "in.csv:5: row 1: a quote is opened in this row and never closed")
	}
}

// fuzzOptions are several ways to read a file.
func fuzzOptions(n uint64) csvio.ReadOptions {
	o := csvio.ReadOptions{OnError: policies[n%4], Header: csvio.Header(n / 4 % 3), Escape: []byte{0, '\\'}[n/12%2], LineEnd: csvio.LineEnd(n / 24 % 4), Trim: csvio.Trim(n / 96 % 3)}
	if n/288%2 == 1 {
		o.Separator = "||"
	}
	return o
}

// FuzzRead: whatever the bytes, there are rows or an error, and the same for blocks of every size.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\xFF\xFEa\x00\n\x00", "a\tb\r1\t\"x\r", "a,b\n1,\"x\\\"\n", "#x\n1,2\n", "a||b\n1||2\n", damaged(rand.New(rand.NewPCG(1, 1)), 30)} {
		for n := range uint64(12) {
			f.Add([]byte(s), n*49)
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, n uint64) {
		o := fuzzOptions(n)
		path := filepath.Join(dir, "in.csv")
		require.NoError(t, os.WriteFile(path, b, 0o644))
		d, err := o.Sniff(t.Context(), path)
		if err != nil {
			require.ErrorContains(t, err, "in.csv")
		} else if d.String() == "" {
			t.Fatal("nothing is shown")
		}
		if len(b) > 8<<10 {
			return
		}
		want := drain(t.Context(), o.Open(path), 1<<20, 1)
		got := drain(t.Context(), o.Open(path), 4<<10, 2)
		require.Equal(t, want.err == "", got.err == "")
		if want.err == "" {
			require.Equal(t, want, got)
		}
		if _, err := o.ReadFile(t.Context(), path); err != nil {
			require.ErrorContains(t, err, "in.csv")
		}
	})
}
