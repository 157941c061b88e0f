package parquetio

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// largePages is a file of another writer, two row groups of 6,000 rows in one page each, of 1 KB a
// row. Encoding is that of its texts.
func largePages(t *testing.T, encoding parquet.Encoding, version parquet.DataPageVersion) (*frame.Frame, string) {
	t.Helper()
	const rows = 6000
	d := dice.New(2)
	schema := arrow.NewSchema([]arrow.Field{fieldOf("id", arrow.PrimitiveTypes.Int64), fieldOf("text", arrow.BinaryTypes.String)}, nil)
	var records []arrow.Record
	for g := range 2 {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for i := range rows {
			b.Field(0).(*array.Int64Builder).Append(int64(g*rows + i))
			if d.IntN(9) == 0 {
				b.Field(1).AppendNull()
				continue
			}
			b.Field(1).(*array.StringBuilder).Append(strings.Repeat(fmt.Sprintf("%08d", d.IntN(1e8)), 125))
		}
		records = append(records, b.NewRecord())
	}
	path := filepath.Join(t.TempDir(), "large.parquet")
	out, err := os.Create(path)
	require.NoError(t, err)
	w, err := pqarrow.NewFileWriter(schema, out, parquet.NewWriterProperties(parquet.WithDictionaryDefault(false), parquet.WithEncodingFor("text", encoding), parquet.WithDataPageVersion(version),
		parquet.WithCompression(compress.Codecs.Zstd), parquet.WithDataPageSize(1<<30), parquet.WithBatchSize(rows)), pqarrow.DefaultWriterProps())
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	return f, path
}

// rowsOf reads all of a stream's chunks, in order.
func rowsOf(t *testing.T, st chunker.Stream) (*frame.Frame, error) {
	t.Helper()
	var records []arrow.Record
	for {
		part, err := st.Next(t.Context())
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		c, err := part(t.Context())
		if err != nil {
			return nil, err
		}
		records = append(records, c.Record)
	}
	return frame.FromRecords(st.Schema(), records...)
}

// TestLargePagesAreUnpackedOnceAndCounted reads pages of more than a part may take in pieces of a
// hundredth: only who shares them can.
func TestLargePagesAreUnpackedOnceAndCounted(t *testing.T) {
	for _, c := range []struct {
		encoding parquet.Encoding
		version  parquet.DataPageVersion
	}{{parquet.Encodings.Plain, parquet.DataPageV1}, {parquet.Encodings.Plain, parquet.DataPageV2}, {parquet.Encodings.DeltaLengthByteArray, parquet.DataPageV1}, {parquet.Encodings.DeltaByteArray, parquet.DataPageV2}} {
		if c.version == parquet.DataPageV2 && testing.Short() {
			continue
		}
		f, path := largePages(t, c.encoding, c.version)
		tight := ReadOptions{Limits: Limits{ChunkBytes: 3 << 20, PageBytes: 1 << 20}}
		budget := chunker.NewMemory(0)
		st, err := chunker.Open(t.Context(), tight.Open(path), chunker.Request{Bytes: 64 << 10, Memory: budget})
		require.NoError(t, err)
		got, err := rowsOf(t, st)
		require.NoError(t, err, c)
		requireEqual(t, f, got)
		require.Zero(t, budget.Held(), "all is given back")
		require.NoError(t, st.Close())
		require.Greater(t, budget.Peak(), int64(5<<20))
		require.Less(t, budget.Peak(), int64(16<<20), "of one row group at a time")
		require.Equal(t, "pages and dictionaries that chunks share", budget.Holders()[0].Who)

		_, _, err = readAll(t, tight, path)
		require.ErrorIs(t, err, ErrLimit, "where no one counts them each part unpacks them for itself")
		require.ErrorContains(t, err, "PageBytes")
		tight.Limits.PageBytes = 0
		_, _, err = readAll(t, tight, path)
		require.ErrorIs(t, err, ErrLimit)
		require.ErrorContains(t, err, "ChunkBytes")
		got, parts, err := readAll(t, ReadOptions{}, path)
		require.NoError(t, err)
		require.Greater(t, parts, 50)
		requireEqual(t, f, got)

		for _, where := range []string{"id == 7000", "id < 10", `text < "2"`, "isnull(text)", "id > 20000"} {
			want, err := apply.Apply(t.Context(), f, apply.Where(where))
			require.NoError(t, err)
			got := filtered(t, Open(path), where, 64<<10, true)
			require.NoError(t, got.err)
			requireEqual(t, want, got.f)
		}
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		far, _ := inPieces(t, From("far", bytes.NewReader(b), int64(len(b))), 64<<10)
		requireEqual(t, f, far)
	}
}

// readAll reads a file in pieces of 64 KiB.
func readAll(t *testing.T, o ReadOptions, path string) (f *frame.Frame, parts int, err error) {
	t.Helper()
	st, err := chunker.Open(t.Context(), o.Open(path), chunker.Request{Bytes: 64 << 10})
	require.NoError(t, err)
	defer st.Close()
	f, err = rowsOf(t, st)
	if err == nil {
		parts = len(f.Records())
	}
	return f, parts, err
}

// TestMemoryThatIsRefused is the error of who counts, with file and row group.
func TestMemoryThatIsRefused(t *testing.T) {
	_, path := largePages(t, parquet.Encodings.Plain, parquet.DataPageV1)
	budget := chunker.NewMemory(5 << 20)
	st, err := chunker.Open(t.Context(), Open(path), chunker.Request{Bytes: 64 << 10, Memory: budget})
	require.NoError(t, err)
	defer st.Close()
	_, err = st.Next(t.Context())
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.ErrorContains(t, err, path+": row group 0: pages and dictionaries that chunks share: it needs ")
	require.ErrorContains(t, err, ": raise Memory to 8 MiB, or write the file with smaller pages or row groups")
	require.Zero(t, budget.Peak(), "before any of it is taken")
	var told *chunker.MemoryError
	require.ErrorAs(t, err, &told)
	st, err = chunker.Open(t.Context(), Open(path), chunker.Request{Bytes: 64 << 10, Memory: chunker.NewMemory(told.Enough)})
	require.NoError(t, err)
	defer st.Close()
	_, err = rowsOf(t, st)
	require.NoError(t, err, "what is said to be enough is")
}

// TestManyColumnsAreCounted: what chunks of them take beside their values, unless the budget is as
// large as most programs have.
func TestManyColumnsAreCounted(t *testing.T) {
	for _, columns := range []int{100, 600} {
		_, file := columnsOf(t, columns, 1, 500)
		path := filepath.Join(t.TempDir(), "wide.parquet")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		held := func(limit int64) (int64, error) {
			budget := chunker.NewMemory(limit)
			st, err := chunker.Open(t.Context(), Open(path), chunker.Request{Bytes: 64 << 10, Memory: budget})
			require.NoError(t, err)
			defer st.Close()
			_, err = st.Next(t.Context())
			return budget.Held(), err
		}
		took, err := held(0)
		require.NoError(t, err)
		beside := int64(0)
		if columns > manyColumns {
			beside = int64(columns-manyColumns)*columnCost + int64(columns)*footerEach
			require.Greater(t, took, beside)
		}
		require.Less(t, took, beside+int64(columns)*500*40)
		_, err = held(took)
		require.NoError(t, err)
		_, err = held(took - 1)
		require.ErrorIs(t, err, chunker.ErrMemory)
	}
}

// TestSmallPagesAskForNothing reads what most writers write.
func TestSmallPagesAskForNothing(t *testing.T) {
	_, file := numbered(t, 3*pageRows)
	path := filepath.Join(t.TempDir(), "small.parquet")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	budget := chunker.NewMemory(0)
	st, err := chunker.Open(t.Context(), Open(path), chunker.Request{Bytes: 1 << 20, Memory: budget})
	require.NoError(t, err)
	defer st.Close()
	_, err = rowsOf(t, st)
	require.NoError(t, err)
	require.Zero(t, budget.Peak())
}

// TestAPartBeginsWhereAnotherEnded, and passes over no text that one before it has: the first texts
// are made wrong once they are read. Parts may come in any order.
func TestAPartBeginsWhereAnotherEnded(t *testing.T) {
	const texts, each = 1000, 50
	var page []byte
	var want []string
	for i := range texts {
		want = append(want, strings.Repeat(fmt.Sprint(i), i%7))
		page = append(binary.LittleEndian.AppendUint32(page, uint32(len(want[i]))), want[i]...)
	}
	read := func(marks *textMarks, from int) ([]string, error) {
		v := &values{leaf: &leaf{physical: format.ByteArray}, arena: newArena(t.Context(), 1<<20, nil), flat: true, rows: each, marks: marks}
		err := v.add(format.Plain, page, texts, from, each)
		var got []string
		for i := range v.at {
			got = append(got, string(v.data[v.ends[i]:v.ends[i+1]]))
		}
		return got, err
	}
	d := dice.New(4)
	for range 3 {
		marks := new(textMarks)
		for _, k := range d.Perm(texts / each) {
			got, err := read(marks, k*each)
			require.NoError(t, err)
			require.Equal(t, want[k*each:(k+1)*each], got)
		}
		require.True(t, slices.IsSortedFunc(marks.list, func(a, b textMark) int { return cmp.Compare(a.texts, b.texts) }))
		require.Len(t, marks.list, texts/each-1)
	}
	marks := new(textMarks)
	for from := 0; from < texts; from += each {
		got, err := read(marks, from)
		require.NoError(t, err, "from text %d on", from)
		require.Equal(t, want[from:from+each], got)
		binary.LittleEndian.PutUint32(page, 1<<31) // whoever looks at it fails
	}
	_, err := read(nil, each)
	require.Error(t, err)
}
