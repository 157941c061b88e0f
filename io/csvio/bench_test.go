package csvio_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/cputime"
	"github.com/volley-go/volley/io/csvio"
)

// shapes are the files that readers meet, by name: how a row is written.
var shapes = []struct {
	name, header string
	rows         int
	row          func(w *bufio.Writer, i int, r *rand.Rand)
}{
	// Ten columns of all kinds, a quote here and there: 69 MB. Five times as many rows are the file
	// of bench/.
	{"main", "id,pickup,passengers,rate,distance,fare,tip,zone,payment,note", 1_000_000, mainRow},
	{"wide", "", 50_000, func(w *bufio.Writer, _ int, r *rand.Rand) {
		for c := range 25 {
			if c > 0 {
				w.WriteByte(',')
			}
			fmt.Fprintf(w, "%d,%.2f,%s,%d", r.IntN(1_000_000), r.Float64()*1000, words[r.IntN(len(words))], r.IntN(10))
		}
	}},
	{"quoted", "id,count,price,city,code,note", 500_000, func(w *bufio.Writer, i int, r *rand.Rand) {
		fmt.Fprintf(w, `"%d","%d","%.2f","%s","%s","%s, %s"`, i, r.IntN(1000), r.Float64()*500, words[r.IntN(len(words))], words[r.IntN(len(words))], words[r.IntN(len(words))], words[r.IntN(len(words))])
	}},
	{"texts", "name,title,text", 300_000, func(w *bufio.Writer, i int, r *rand.Rand) {
		for c, n := range []int{2, 5, 12} {
			if c > 0 {
				w.WriteByte(',')
			}
			for k := range n {
				if k > 0 {
					w.WriteByte(' ')
				}
				w.WriteString(words[r.IntN(len(words))])
			}
		}
	}},
}

var words = []string{"amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "quarry", "yard"}

func mainRow(w *bufio.Writer, i int, r *rand.Rand) {
	at := time.Date(2013, 1, 1, 0, 0, 3*i, 0, time.UTC).Format(time.DateTime)
	tip := ""
	if r.IntN(10) > 0 {
		tip = fmt.Sprintf("%.2f", r.Float64()*10)
	}
	note := words[r.IntN(len(words))]
	switch r.IntN(24) {
	case 0:
		note = fmt.Sprintf(`"%s, %s"`, note, note)
	case 1:
		note = fmt.Sprintf(`"%s ""%s"""`, note, note)
	}
	fmt.Fprintf(w, "%d,%s,%d,%d,%.2f,%.2f,%s,Zone %d,%s,%s",
		i, at, 1+r.IntN(6), r.IntN(100), r.Float64()*20, 2.5+r.Float64()*80, tip, 1+r.IntN(263), []string{"card", "cash", "app"}[r.IntN(3)], note)
}

// shape writes a file of a shape, once a run.
func shape(b *testing.B, i int) (path string, size int64) {
	b.Helper()
	s := shapes[i]
	path = filepath.Join(b.TempDir(), s.name+".csv")
	f, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	if s.header != "" {
		fmt.Fprintln(w, s.header)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range s.rows {
		s.row(w, i, r)
		w.WriteByte('\n')
	}
	require.NoError(b, w.Flush())
	info, err := f.Stat()
	require.NoError(b, err)
	require.NoError(b, f.Close())
	return path, info.Size()
}

// BenchmarkScan streams files through the reader, all columns typed.
func BenchmarkScan(b *testing.B) {
	for i, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			path, size := shape(b, i)
			b.SetBytes(size)
			for b.Loop() {
				scan(b, csvio.Open(path), s.rows)
			}
		})
	}
}

func scan(b *testing.B, src chunker.Source, want int) {
	rows := 0
	for chunk, err := range chunker.All(context.Background(), src) {
		require.NoError(b, err)
		rows += chunk.Len()
		chunk.Release()
	}
	require.Equal(b, want, rows)
}

// BenchmarkOne streams one column of ten.
func BenchmarkOne(b *testing.B) {
	path, size := shape(b, 0)
	b.SetBytes(size)
	for b.Loop() {
		scan(b, chunker.Select(csvio.Open(path), "fare"), shapes[0].rows)
	}
}

// BenchmarkFrame reads a file into a frame.
func BenchmarkFrame(b *testing.B) {
	path, size := shape(b, 0)
	b.SetBytes(size)
	for b.Loop() {
		_, err := csvio.ReadFile(context.Background(), path)
		require.NoError(b, err)
	}
}

// BenchmarkCopy reads a file and writes it again.
func BenchmarkCopy(b *testing.B) {
	path, size := shape(b, 0)
	out := filepath.Join(b.TempDir(), "out.csv")
	b.SetBytes(size)
	for b.Loop() {
		_, err := chunker.Copy(context.Background(), csvio.Create(out), csvio.Open(path))
		require.NoError(b, err)
	}
}

// BenchmarkSniff opens a file and finds out what it is like: what every reading begins with.
func BenchmarkSniff(b *testing.B) {
	path, _ := shape(b, 0)
	for b.Loop() {
		_, err := csvio.Sniff(context.Background(), path)
		require.NoError(b, err)
	}
}

// BenchmarkSizes reads files of a few megabytes, streamed and into a frame: how soon all cores are
// at it. cpu-ms/op is what the process took of them.
func BenchmarkSizes(b *testing.B) {
	whole, size := shape(b, 0)
	text, err := os.ReadFile(whole)
	require.NoError(b, err)
	for _, mb := range []int{1, 4, 15, int(size >> 20)} {
		path := filepath.Join(b.TempDir(), "in.csv")
		some := text[:bytes.LastIndexByte(text[:mb<<20], '\n')+1]
		require.NoError(b, os.WriteFile(path, some, 0o644))
		rows := bytes.Count(some, []byte{'\n'}) - 1
		run := func(name string, read func()) {
			b.Run(fmt.Sprintf("%s/%dMB", name, mb), func(b *testing.B) {
				b.SetBytes(int64(len(some)))
				before, _ := cputime.Process()
				for b.Loop() {
					read()
				}
				after, _ := cputime.Process()
				b.ReportMetric(float64((after-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
			})
		}
		run("stream", func() { scan(b, csvio.Open(path), rows) })
		run("frame", func() {
			_, err := csvio.ReadFile(context.Background(), path)
			require.NoError(b, err)
		})
	}
}
