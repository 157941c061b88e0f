package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// column is the place of a column of texts.
func column(in *arrow.Schema, name string) (int, error) {
	at := in.FieldIndices(name)
	if len(at) == 0 || in.Field(at[0]).Type.ID() != arrow.STRING {
		return 0, fmt.Errorf("no column %q of texts", name)
	}
	return at[0], nil
}

// Pseudonym is a step that puts a pseudonym in the place of each text of a column: any chunk, any
// worker, any order. It fails on the rows that have "-" there.
type Pseudonym struct{ Column string }

// Bind finds the column.
func (p Pseudonym) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at, err := column(in, p.Column)
	if err != nil {
		return nil, fmt.Errorf("pseudonym: %w", err)
	}
	return pseudonyms{p, in, at}, nil
}

type pseudonyms struct {
	Pseudonym
	schema *arrow.Schema
	at     int
}

func (p pseudonyms) String() string        { return "pseudonym of " + p.Column }
func (p pseudonyms) Schema() *arrow.Schema { return p.schema }

// Worker returns a Work with a hash of its own.
func (p pseudonyms) Worker() (chunker.Work, error) {
	hash := fnv.New32a()
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		names := c.Record.Column(p.at).(*array.String)
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for i := range names.Len() {
			if names.Value(i) == "-" {
				c.Fail(i, fmt.Errorf("nobody was logged in"))
				b.AppendNull()
				continue
			}
			hash.Reset()
			io.WriteString(hash, names.Value(i))
			b.Append(fmt.Sprintf("u%08x", hash.Sum32()))
		}
		cols := slices.Clone(c.Record.Columns())
		cols[p.at] = b.NewArray()
		return c.With(array.NewRecord(p.schema, cols, c.Record.NumRows())), nil
	}, nil
}

// Sessions is a step that numbers runs of rows with the same text in a column: it needs the order
// of the stream.
type Sessions struct{ Column string }

// Bind finds the column and adds one more.
func (s Sessions) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at, err := column(in, s.Column)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	fields := append(slices.Clone(in.Fields()), arrow.Field{Name: "session", Type: arrow.PrimitiveTypes.Int64})
	return &sessions{Sessions: s, schema: arrow.NewSchema(fields, nil), at: at}, nil
}

type sessions struct {
	Sessions
	schema *arrow.Schema
	at     int
	last   string
	number int64
}

func (s *sessions) String() string        { return "sessions by " + s.Column }
func (s *sessions) Schema() *arrow.Schema { return s.schema }

// Next goes on where the chunk before ended.
func (s *sessions) Next(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	of := c.Record.Column(s.at).(*array.String)
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range of.Len() {
		if v := of.Value(i); v != s.last || s.number == 0 {
			s.number, s.last = s.number+1, strings.Clone(v) // the chunk's memory is lent
		}
		b.Append(s.number)
	}
	return c.With(array.NewRecord(s.schema, append(slices.Clone(c.Record.Columns()), b.NewArray()), c.Record.NumRows())), nil
}

// CountBy is a step that counts the rows of each text of a column: it needs all rows.
type CountBy struct{ Column string }

// Bind finds the column.
func (c CountBy) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at, err := column(in, c.Column)
	if err != nil {
		return nil, fmt.Errorf("count by: %w", err)
	}
	return counts{c, at, arrow.NewSchema([]arrow.Field{in.Field(at), {Name: "rows", Type: arrow.PrimitiveTypes.Int64}}, nil)}, nil
}

type counts struct {
	CountBy
	at     int
	schema *arrow.Schema
}

func (c counts) String() string        { return "count by " + c.Column }
func (c counts) Schema() *arrow.Schema { return c.schema }

// countLeast is the memory that counting takes at least: some thousand texts.
const countLeast = 1 << 20

// Table begins to count. It does not spill: what it holds is asked for, and refused if it is not
// there.
func (c counts) Table(_ context.Context, env chunker.Env) (chunker.Table, error) {
	share, err := env.Memory.Share(c.String(), countLeast)
	if err != nil {
		return nil, err
	}
	return &counting{counts: c, share: share, rows: map[string]*int64{}}, nil
}

type counting struct {
	counts
	share *chunker.Share
	mu    sync.Mutex
	rows  map[string]*int64 // pointers, since an assignment to a map keeps the text it is given
}

// Worker counts each chunk for itself, and adds up at its end.
func (t *counting) Worker() (chunker.Write, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
		defer c.Release()
		rows := map[string]int64{}
		of := c.Record.Column(t.at).(*array.String)
		for i := range of.Len() {
			rows[of.Value(i)]++
		}
		return func(context.Context) error { return nil }, t.add(rows)
	}, nil
}

func (t *counting) add(rows map[string]int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for text, n := range rows {
		if _, is := t.rows[text]; !is {
			need := int64(len(text)) + 100
			if !t.share.Grow(need) {
				return t.share.Err(need)
			}
			t.rows[strings.Clone(text)] = new(int64) // the chunk's memory is lent
		}
		*t.rows[text] += n
	}
	return nil
}

func (t *counting) Commit(context.Context) error { return nil }
func (t *counting) Close() error                 { t.share.Close(); return nil }

// Stream hands the counts on, sorted by text, so that their order does not depend on workers.
func (t *counting) Stream(ctx context.Context, bytes int64) (chunker.Stream, error) {
	var texts []string
	for text := range t.rows {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	rows := make([]int64, len(texts))
	for i, text := range texts {
		rows[i] = *t.rows[text]
	}
	f, err := frame.New(frame.Of(t.Column, texts), frame.Of("rows", rows))
	if err != nil {
		return nil, err
	}
	in, err := chunker.FromFrame(f).Describe(ctx)
	if err != nil {
		return nil, err
	}
	return in.Open(ctx, chunker.Request{Bytes: bytes})
}
