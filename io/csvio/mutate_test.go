package csvio_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/decompress"
	"github.com/volley-go/volley/io/csvio"
)

const mutantMax = 48 << 10 // bytes of a file that are kept

// breeds are the files that are mutated: those of the corpora, where they are at hand, some of our
// own, and real flights.
func breeds(t *testing.T) [][]byte {
	var out [][]byte
	for _, dir := range []string{"csv-spectrum/csvs", "fastcsv", "commons-csv", "go-fuzz-csv", "synthetic", "naughty-strings"} {
		paths, _ := filepath.Glob(filepath.Join(corpora, dir, "*"))
		for _, path := range paths {
			if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
				out = append(out, b[:min(len(b), mutantMax)])
			}
		}
	}
	flights, err := os.ReadFile("../../testdata/flights_2013_01.csv")
	require.NoError(t, err)
	out = append(out, flights[:6<<10], flights[:mutantMax])
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		out = append(out, []byte(damaged(r, 40)), []byte(tangled(r, 200, true, seed%2 == 1)))
	}
	p := pollutions()
	table := pollutedTable()
	for range 12 {
		out = append(out, []byte(p[rand.New(rand.NewPCG(uint64(len(out)), 7)).IntN(len(p))].write(table)))
	}
	return out
}

// mutate does to a file what happens to files: some bytes are wrong, it ends too soon, a part comes
// twice or is missing, it is of another encoding, delimiter or line end than it says.
func mutate(r *rand.Rand, b []byte, other []byte) []byte {
	b = bytes.Clone(b)
	at := func() int { return r.IntN(len(b) + 1) }
	for range 1 + r.IntN(3) {
		if len(b) == 0 {
			return b
		}
		switch r.IntN(12) {
		case 0:
			for range 1 + r.IntN(8) {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
		case 1:
			b = b[:at()]
		case 2:
			lo := at()
			hi := min(len(b), lo+r.IntN(400))
			b = slices.Insert(b, at(), b[lo:hi]...)
		case 3:
			lo := at()
			b = slices.Delete(b, lo, min(len(b), lo+r.IntN(200)))
		case 4:
			for range 1 + r.IntN(4) {
				b = slices.Insert(b, at(), []byte{'"', '\'', ',', '\n', '\r', '\\', 0, '#', ';', 0xff, ' ', '\t'}[r.IntN(12)])
			}
		case 5:
			from, to := []string{",", ";", "\t"}[r.IntN(3)], []string{",", ";", "\t", "|", "||", " "}[r.IntN(6)]
			b = bytes.ReplaceAll(b, []byte(from), []byte(to))
		case 6:
			b = bytes.ReplaceAll(b, []byte("\n"), []byte([]string{"\r\n", "\r", "\n\n", "\n\r"}[r.IntN(4)]))
		case 7:
			b = append(b[:at()], other[min(r.IntN(len(other)+1), len(other)):]...)
		case 8:
			b = recoded(r, b)
		case 9:
			b = bytes.Repeat(b, 1+r.IntN(4))
		case 10:
			q := []string{`"`, `""`, `\"`, `'`, ``}
			b = bytes.ReplaceAll(b, []byte(q[r.IntN(4)]), []byte(q[r.IntN(5)]))
		case 11:
			b = append(b, bytes.Repeat([]byte{'\n', ',', 0, '"', ' '}[r.IntN(5):][:1], r.IntN(50))...)
		}
		b = b[:min(len(b), 4*mutantMax)]
	}
	return b
}

// recoded writes text in another encoding, with a byte order mark or without.
func recoded(r *rand.Rand, b []byte) []byte {
	mark := r.IntN(2) == 0
	switch r.IntN(3) {
	case 0:
		return append([]byte("\xEF\xBB\xBF"), b...)
	case 1:
		var out []byte
		for _, c := range string(b) { // Latin-1
			out = append(out, byte(c))
		}
		return out
	}
	units := utf16.Encode([]rune(string(b)))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	big := r.IntN(2)
	var out []byte
	for _, u := range units {
		two := []byte{byte(u), byte(u >> 8)}
		out = append(out, two[big], two[1-big])
	}
	return out
}

// TestMutatedFiles: whatever happened to a file, its rows and rejects are the same for blocks of
// any size and any number of workers, and with the dialect given they are those of encoding/csv,
// where that reads the file too. MUTANTS=5000 makes more of them, MUTANT=file keeps the last.
func TestMutatedFiles(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 10
	}
	if s := os.Getenv("MUTANTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	seed, _ := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	files := breeds(t)
	r := rand.New(rand.NewPCG(seed, 9))
	path := filepath.Join(t.TempDir(), "in.csv")
	slowest, compared := time.Duration(0), 0
	for i := range n {
		b := mutate(r, files[r.IntN(len(files))], files[r.IntN(len(files))])
		require.NoError(t, os.WriteFile(path, b, 0o644))
		if keep := os.Getenv("MUTANT"); keep != "" {
			require.NoError(t, os.WriteFile(keep, b, 0o644))
		}
		start := time.Now()
		for _, o := range []csvio.ReadOptions{{OnError: chunker.Reject(nil, 0)}, {OnError: chunker.Null()}, {}} {
			want := drain(t.Context(), o.Open(path), 1<<20, 1)
			for workers, block := range map[int]int64{1: 4 << 10, 2: 5000, 8: 9 << 10} {
				got := drain(t.Context(), o.Open(path), block, workers)
				sameKept(t, want, got, fmt.Sprintf("mutant %d of seed %d, policy %s, blocks of %d", i, seed, o.OnError, block))
			}
			if want.err != "" {
				require.Contains(t, want.err, "in.csv")
			}
		}
		if _, err := (csvio.ReadOptions{}).ReadFile(t.Context(), path); err != nil {
			require.ErrorContains(t, err, "in.csv")
		}
		if sameAsStandard(t, path, b) {
			compared++
		}
		slowest = max(slowest, time.Since(start))
	}
	t.Logf("%d files, %d of them read by encoding/csv too; the slowest took %v for 14 readings", n, compared, slowest)
	require.Greater(t, compared, n/4)
}

// sameKept shows the first thing that differs.
func sameKept(t *testing.T, want, got kept, what string) {
	t.Helper()
	require.Equal(t, want.err, got.err, what)
	if want.err != "" {
		return // how far others are when it is told depends on them
	}
	for _, list := range [][2][]string{{want.rows, got.rows}, {want.rejects, got.rejects}} {
		for i := range min(len(list[0]), len(list[1])) {
			require.Equal(t, list[0][i], list[1][i], what)
		}
	}
	require.Equal(t, []int{len(want.rows), len(want.rejects), want.nulled}, []int{len(got.rows), len(got.rejects), got.nulled}, what)
}

// otherLength is what is wrong with a row that has another number of fields.
var otherLength = regexp.MustCompile(`^the row has \d+ fields?, there (is|are) `)

// sameAsStandard holds a file read with commas and double quotes against encoding/csv, where both
// have rows; ok is whether that was so.
func sameAsStandard(t *testing.T, path string, b []byte) (ok bool) {
	if decompress.Format(b) != "" || bytes.HasPrefix(b, []byte("PK")) {
		return false
	}
	o := csvio.ReadOptions{Delimiter: ',', Quote: '"', Escape: '"', NoComment: true, Skip: -1, Header: csvio.Absent, Encoding: csvio.Latin1, LineEnd: csvio.LF, Trim: csvio.KeepBlanks, Null: []string{}, OnError: chunker.Reject(nil, 0), Types: map[string]arrow.DataType{}}
	stream, err := chunker.Open(t.Context(), o.Open(path), chunker.Request{})
	if err != nil {
		return false
	}
	columns := stream.Schema().NumFields()
	for _, f := range stream.Schema().Fields() {
		o.Types[f.Name] = arrow.BinaryTypes.String
	}
	require.NoError(t, stream.Close())
	var latin strings.Builder // as every byte is a character of Latin-1, both read all of them
	for _, c := range b {
		latin.WriteRune(rune(c))
	}
	c := csv.NewReader(strings.NewReader(latin.String()))
	c.FieldsPerRecord, c.LazyQuotes = -1, true
	rejected := 0
	var rows [][]string
	for chunk, err := range chunker.All(t.Context(), o.Open(path)) {
		if err != nil {
			return false
		}
		for _, e := range chunk.Rejects {
			if !otherLength.MatchString(e.Err.Error()) {
				return false // of quotes both have their own idea
			}
		}
		rejected += len(chunk.Rejects)
		for i := range chunk.Len() {
			var row []string
			for _, col := range chunk.Record.Columns() {
				row = append(row, strings.Clone(col.(*array.String).Value(i))) // the chunk is given back
			}
			rows = append(rows, row)
		}
		chunk.Release()
	}
	var want [][]string
	others := 0
	for {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false
		}
		for i, f := range record {
			record[i] = strings.ReplaceAll(f, "\r\n", "\n")
		}
		if len(record) == columns {
			want = append(want, record)
		} else {
			others++
		}
	}
	for _, row := range rows {
		for i, f := range row {
			row[i] = strings.ReplaceAll(f, "\r\n", "\n")
		}
	}
	for i := range min(len(want), len(rows)) {
		require.Equal(t, want[i], rows[i], "row %d of %q", i, b)
	}
	require.Equal(t, []int{len(want), others}, []int{len(rows), rejected}, "rows, and those of another length, of %q", b)
	return true
}
