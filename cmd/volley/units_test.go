package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// TestEveryUnitOfBytes, in either case, with a blank or without.
func TestEveryUnitOfBytes(t *testing.T) {
	for unit, want := range map[string]int64{
		"": 1, "B": 1, "k": 1 << 10, "KiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "g": 1 << 30, "GiB": 1 << 30, "T": 1 << 40, "TiB": 1 << 40,
		"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	} {
		for _, text := range []string{"3" + unit, "3 " + unit, "3" + strings.ToUpper(unit), "3" + strings.ToLower(unit), "3.0" + unit, "3e0" + unit} {
			var b byteSize
			require.NoError(t, b.Set(text), text)
			require.EqualValues(t, 3*want, b, text)
		}
		require.Error(t, new(byteSize).Set("0"+unit))
		require.Error(t, new(byteSize).Set("-3"+unit))
		require.Error(t, new(byteSize).Set(unit))
	}
	for text, fits := range map[string]bool{"4194303TiB": true, "4194304TiB": true, "8388608TiB": false, "4611686018427387904": true, "9223372036854775807": true, "9223372036854775808": false, "1 PiB": false, "1ib": false, "0.5": false, "1.5": true, "1.5.5k": false} {
		require.Equal(t, fits, new(byteSize).Set(text) == nil, text)
	}
}

// TestTheLargestMemory is a budget as any other.
func TestTheLargestMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for _, text := range []string{"9223372036854775807", "9007199254740993", "4194304TiB"} {
		debug.SetMemoryLimit(before)
		e := effort{quiet: true}
		require.NoError(t, e.memory.Set(text))
		var job ooc.Job
		require.NoError(t, e.set(&job, "", false))
		require.Equal(t, int64(e.memory), job.Memory)
		require.Positive(t, debug.SetMemoryLimit(-1))
		require.GreaterOrEqual(t, debug.SetMemoryLimit(-1), min(before, job.Memory))
	}
}

// TestASizeIsShownAsItIsRead: what help shows of a default may be written behind the flag.
func TestASizeIsShownAsItIsRead(t *testing.T) {
	for n, want := range map[byteSize]string{1: "1 B", 1023: "1023 B", 1 << 10: "1 KiB", 512 << 20: "512 MiB", 3 << 29: "1536 MiB", 1<<30 + 1: "1073741825 B", 1 << 40: "1 TiB"} {
		require.Equal(t, want, n.String())
		var read byteSize
		require.NoError(t, read.Set(want))
		require.Equal(t, n, read)
	}
}

// counting counts what is open of this process.
func counting(t *testing.T) func() int {
	t.Helper()
	if _, err := os.ReadDir("/proc/self/fd"); err != nil {
		t.Skip("no list of descriptors here:", err)
	}
	return func() int {
		open, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(open)
	}
}

// TestAStreamThatFailsLeavesNoSpool: neither the file nor its descriptor, after each number of
// bytes.
func TestAStreamThatFailsLeavesNoSpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	left := func() int {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		return len(entries)
	}
	open := counting(t)
	before := open()
	down := errors.New("the wire is cut")
	for _, n := range []int{0, 1, 1000, 100_000} {
		_, err := spool(io.MultiReader(strings.NewReader(strings.Repeat("x", n)), iotest.ErrReader(down)))
		require.Equal(t, down, err)
		require.Zero(t, left())

		s, err := spool(strings.NewReader(strings.Repeat("x", n)))
		require.NoError(t, err)
		require.EqualValues(t, n, s.size)
		require.NoError(t, s.Close())
		require.Zero(t, left())
		require.Error(t, s.Close())
	}
	require.Equal(t, before, open())
	t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
	_, err := spool(strings.NewReader("x"))
	require.Error(t, err)
}

// TestAnErrorOfTheFirstBytesIsTold: where the format is found by them, and where it is said.
func TestAnErrorOfTheFirstBytesIsTold(t *testing.T) {
	dir, err := os.Open(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	cmd := newHead()
	cmd.SetContext(t.Context())
	_, err = new(input).stream(cmd, csvio.ReadOptions{}, "standard input", dir)
	require.ErrorContains(t, err, "read standard input: ")
	_, err = (&input{from: parquet}).stream(cmd, csvio.ReadOptions{}, "standard input", dir)
	require.ErrorContains(t, err, "read standard input: ")
}

// TestRowsAreMadeAsLongAsSomebodyReads: the last one cannot be made, and need not be.
func TestRowsAreMadeAsLongAsSomebodyReads(t *testing.T) {
	const rows = 10_000
	words := array.NewStringBuilder(memory.DefaultAllocator)
	words.Append("word")
	places := array.NewInt32Builder(memory.DefaultAllocator)
	places.AppendValues(make([]int32, rows-1), nil)
	places.Append(99)
	kind := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{{Name: "text", Type: kind}}, nil)
	column := array.NewDictionaryArray(kind, places.NewArray(), words.NewArray())
	f, err := frame.FromRecords(schema, array.NewRecord(schema, []arrow.Array{column}, rows))
	require.NoError(t, err)
	require.Panics(t, func() { _ = writeRows(io.Discard, f) })
	r, w := io.Pipe()
	require.NoError(t, r.CloseWithError(syscall.EPIPE))
	require.ErrorIs(t, writeRows(w, f), syscall.EPIPE)
}
