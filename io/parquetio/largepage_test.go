package parquetio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// atOnce decodes all parts of a source at the same time, so many as there are, and returns them in
// order.
func atOnce(t *testing.T, src chunker.Source, size int64) (f *frame.Frame, parts int, err error) {
	t.Helper()
	st, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: size})
	require.NoError(t, err)
	defer st.Close()
	var todo []chunker.Part
	for {
		part, err := st.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		todo = append(todo, part)
	}
	records, errs := make([]arrow.Record, len(todo)), make([]error, len(todo))
	var group sync.WaitGroup
	for i, part := range todo {
		group.Go(func() {
			c, err := part(t.Context())
			records[i], errs[i] = c.Record, err
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, len(todo), err
	}
	f, err = frame.FromRecords(st.Schema(), records...)
	return f, len(todo), err
}

// TestLargePagesOfRemoteFilesAreReadOnce cuts pages into many parts, which are decoded one after
// another and all at once.
func TestLargePagesOfRemoteFilesAreReadOnce(t *testing.T) {
	for _, c := range []struct {
		columns, groups, rows int
		size                  int64
	}{{1, 1, 30_000, 16 << 10}, {3, 2, 10_000, 32 << 10}, {12, 1, 5_000, 50 << 10}, {40, 2, 1_000, 100 << 10}, {2, 2, 40_000, 100 << 10}} {
		schema, file := columnsOf(t, c.columns, c.groups, c.rows)
		near, _ := inPieces(t, From("whole", bytes.NewReader(file), int64(len(file))), 0)
		for _, wait := range []time.Duration{0, time.Millisecond / 10} {
			m := &metered{file: file, wait: wait}
			got, parts := inPieces(t, From("far", m, int64(len(file))), c.size)
			requireEqual(t, near, got)
			require.Greater(t, parts, 4*c.groups)
			require.Less(t, m.bytes.Load(), int64(len(file))*3/2+200<<10, "%+v, %d parts, in turn", c, parts)
			calls := m.calls.Load()

			m = &metered{file: file, wait: wait}
			got, _, err := atOnce(t, From("far", m, int64(len(file))), c.size)
			require.NoError(t, err)
			requireEqual(t, near, got)
			require.Less(t, m.bytes.Load(), int64(len(file))*2+200<<10, "%+v, %d parts, at once", c, parts)
			require.Less(t, m.calls.Load(), 2*calls+20)
		}
		require.Equal(t, c.columns, schema.NumFields())
	}
}

// TestLargePagesThatAFilterTries have their codes tried, and then their rows read, by one call.
func TestLargePagesThatAFilterTries(t *testing.T) {
	kinds, ids := make([]string, 3*pageRows), make([]int64, 3*pageRows)
	for i := range kinds {
		kinds[i], ids[i] = fmt.Sprint("kind ", (i/700)%7), int64(i*7919%len(ids))
	}
	f, err := frame.New(frame.Of("id", ids), frame.Of("kind", kinds))
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = chunker.Copy(t.Context(), To(&out), chunker.FromFrame(f))
	require.NoError(t, err)
	file := out.Bytes()
	for _, where := range []string{`kind == "kind 3"`, `kind == "no kind"`, `id > 40000 && kind == "kind 1"`, `kind != "kind 2"`, "id == 77"} {
		want, err := apply.Apply(t.Context(), f, apply.Where(where))
		require.NoError(t, err)
		m := &metered{file: file}
		got := filtered(t, From("far", m, int64(len(file))), where, 16<<10, true)
		require.NoError(t, got.err)
		requireEqual(t, want, got.f)
		require.Less(t, m.bytes.Load(), int64(len(file))*3/2+200<<10, where)
	}
}

// breaking fails from the call on that is told.
type breaking struct {
	metered
	from int64
	err  error
}

func (f *breaking) ReadAt(p []byte, off int64) (int, error) {
	if f.calls.Load() >= f.from {
		f.calls.Add(1)
		return 0, f.err
	}
	return f.metered.ReadAt(p, off)
}

// TestLargePagesThatCannotBeRead have each part fail that needs them, and none hang.
func TestLargePagesThatCannotBeRead(t *testing.T) {
	_, file := columnsOf(t, 6, 1, 10_000)
	broken := errors.New("the line is broken")
	m := &metered{file: file}
	_, _ = inPieces(t, From("far", m, int64(len(file))), 32<<10)
	for from := range m.calls.Load() {
		for _, err := range []error{broken, io.EOF, nil} {
			if from < 2 && err == nil {
				continue
			}
			bad := &breaking{metered: metered{file: file}, from: from, err: err}
			st, openErr := chunker.Open(t.Context(), From("far", bad, int64(len(file))), chunker.Request{Bytes: 64 << 10})
			if openErr != nil {
				continue
			}
			st.Close()
			_, _, got := atOnce(t, From("far", &breaking{metered: metered{file: file}, from: from, err: err}, int64(len(file))), 32<<10)
			require.Error(t, got, "from call %d on", from)
		}
	}
}

// TestAPartThatIsCancelledLeavesItsLargePagesToOthers reads slowly, and ends the first part before
// it has read what it claimed.
func TestAPartThatIsCancelledLeavesItsLargePagesToOthers(t *testing.T) {
	_, file := columnsOf(t, 12, 1, 10_000)
	want, _ := inPieces(t, From("whole", bytes.NewReader(file), int64(len(file))), 0)
	for _, after := range []time.Duration{0, time.Millisecond, 3 * time.Millisecond, 8 * time.Millisecond} {
		st, err := chunker.Open(t.Context(), From("far", &metered{file: file, wait: 2 * time.Millisecond}, int64(len(file))), chunker.Request{Bytes: 80 << 10})
		require.NoError(t, err)
		var parts []chunker.Part
		for {
			part, err := st.Next(t.Context())
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			parts = append(parts, part)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var ended atomic.Bool
		go func() { time.Sleep(after); cancel() }()
		go func() { _, _ = parts[0](ctx); ended.Store(true) }()
		var records []arrow.Record
		for i, part := range parts[1:] {
			c, err := part(t.Context())
			require.NoError(t, err, fmt.Sprint("part ", i))
			records = append(records, c.Record)
		}
		got, err := frame.FromRecords(st.Schema(), records...)
		require.NoError(t, err)
		requireEqual(t, want.Slice(want.NumRows()-got.NumRows(), want.NumRows()), got)
		require.Eventually(t, ended.Load, 5*time.Second, time.Millisecond)
		require.NoError(t, st.Close())
		cancel()
	}
}
