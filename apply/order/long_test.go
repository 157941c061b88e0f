package order

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// TestLargerThanMemory sorts VOLLEY_LONG MiB (2048 by make long) in a budget of 64 MiB, and holds
// the process to 64 MiB beyond that. Without the variable 9 MiB are sorted in 1.5.
func TestLargerThanMemory(t *testing.T) {
	size, budget := int64(9<<20), int64(3<<19)
	if mib, err := strconv.Atoi(os.Getenv("VOLLEY_LONG")); err == nil {
		size, budget = int64(mib)<<20, 64<<20
	}
	if size > 100<<20 {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(budget + 40<<20)) // as the command does
	}
	const workers, chunkRows = 2, 10_000
	memory := chunker.NewMemory(budget)
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "name", Type: arrow.BinaryTypes.String}, {Name: "row", Type: arrow.PrimitiveTypes.Int64}}, nil)
	b, err := By("id", "-name").Bind(t.Context(), schema)
	require.NoError(t, err)
	table, err := b.(chunker.TableStep).Table(t.Context(), chunker.Env{Memory: memory, Workers: workers, Dir: t.TempDir()})
	require.NoError(t, err)
	defer table.Close()
	start := time.Now()
	chunks := int(size / (chunkRows * 50))
	var sum int64
	for at := 0; at < chunks; at += workers {
		puts := make([]chunker.Append, workers)
		var group sync.WaitGroup
		for w := range workers {
			rec := randomChunk(schema, at+w, chunkRows)
			sum += checksum(rec)
			group.Go(func() {
				puts[w], _ = chunker.Shared(table)(t.Context(), chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
			})
		}
		group.Wait()
		for _, put := range puts {
			require.NotNil(t, put)
			require.NoError(t, put(t.Context()))
		}
	}
	require.NoError(t, table.Commit(t.Context()))
	wrote := time.Since(start)
	s, err := table.Stream(t.Context(), 1<<20)
	require.NoError(t, err)
	c := checker{t: t}
	c.readAll(t.Context(), s, workers)
	require.Equal(t, sum, c.sum, "every row comes out once")
	t.Logf("%d MiB in %d: written in %v, read in %v; budget's peak %d MiB, process %s", size>>20, budget>>20, wrote.Round(time.Millisecond),
		(time.Since(start) - wrote).Round(time.Millisecond), memory.Peak()>>20, peakRSS())
	require.LessOrEqual(t, memory.Peak(), budget+budget/8)
	if rss := peakRSS(); size > 100<<20 && rss != "" {
		mib, err := strconv.Atoi(strings.TrimSuffix(rss, " MiB"))
		require.NoError(t, err)
		require.LessOrEqual(t, mib, int(budget>>20)+64)
	}
}

// randomChunk is rows of about 50 bytes.
func randomChunk(schema *arrow.Schema, at, rows int) arrow.Record {
	r := rand.New(rand.NewPCG(uint64(at), 1))
	ids, names, places := array.NewInt64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator), array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		ids.Append(r.Int64N(1 << 20))
		names.Append(fmt.Sprintf("https://example.com/%09d", r.IntN(1000)))
		places.Append(int64(at*rows + i))
	}
	return array.NewRecord(schema, []arrow.Array{ids.NewArray(), names.NewArray(), places.NewArray()}, int64(rows))
}

func checksum(rec arrow.Record) (sum int64) {
	for i, id := range rec.Column(0).(*array.Int64).Int64Values() {
		sum += (id + 1) * (rec.Column(2).(*array.Int64).Value(i) + 7)
	}
	return sum
}

// checker sees to the order of chunks.
type checker struct {
	t    *testing.T
	sum  int64
	last struct {
		id, row int64
		name    string
	}
}

func (c *checker) readAll(ctx context.Context, s chunker.Stream, workers int) {
	for ended := false; !ended; {
		var parts []chunker.Part
		for len(parts) < workers && !ended {
			part, err := s.Next(ctx)
			if ended = err == io.EOF; !ended {
				require.NoError(c.t, err)
				parts = append(parts, part)
			}
		}
		chunks := make([]chunker.Chunk, len(parts))
		var group sync.WaitGroup
		for i, part := range parts {
			group.Go(func() { chunks[i], _ = part(ctx) })
		}
		group.Wait()
		for _, chunk := range chunks {
			require.NotNil(c.t, chunk.Record)
			c.see(chunk.Record)
			chunk.Release()
		}
	}
}

func (c *checker) see(rec arrow.Record) {
	c.sum += checksum(rec)
	ids, names, rows := rec.Column(0).(*array.Int64), rec.Column(1).(*array.String), rec.Column(2).(*array.Int64)
	for i := range ids.Len() {
		id, name, row := ids.Value(i), names.Value(i), rows.Value(i)
		inOrder := id > c.last.id || id == c.last.id && (name < c.last.name || name == c.last.name && row > c.last.row)
		if !inOrder && c.last.name != "" {
			c.t.Fatalf("%d %s %d comes behind %v", id, name, row, c.last)
		}
		c.last.id, c.last.name, c.last.row = id, strings.Clone(name), row
	}
}

// peakRSS is the most memory that the process had; empty where the system does not tell.
func peakRSS() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return ""
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	kib, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	n, _ := strconv.Atoi(string(kib))
	return fmt.Sprintf("%d MiB", n>>10)
}
