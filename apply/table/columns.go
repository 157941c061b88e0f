package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/near"
)

// Select keeps these columns, in this order.
func Select(columns ...string) chunker.Step { return selection{columns} }

// Drop keeps all columns but these.
func Drop(columns ...string) chunker.Step { return removal{columns} }

// Rename gives a column another name.
//
//	table.Rename("dep_delay", "departure_delay")
func Rename(from, to string) chunker.Step { return renaming{from, to} }

type selection struct{ columns []string }

func (s selection) String() string { return "select " + strings.Join(s.columns, ", ") }

// Bind finds the columns.
func (s selection) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	for i, c := range s.columns {
		if slices.Contains(s.columns[:i], c) {
			return nil, fmt.Errorf("select: column %q is selected twice", c)
		}
	}
	if len(s.columns) == 0 {
		return nil, errors.New("select: no columns are named")
	}
	at, _, err := chunker.Project(in, s.columns)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	return newProjection(s.String(), in, at, nil), nil
}

type removal struct{ columns []string }

func (r removal) String() string { return "drop " + strings.Join(r.columns, ", ") }

// Bind finds the columns.
func (r removal) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	if len(r.columns) == 0 {
		return nil, errors.New("drop: no columns are named")
	}
	gone, _, err := chunker.Project(in, r.columns)
	if err != nil {
		return nil, fmt.Errorf("drop: %w", err)
	}
	var at []int
	for i := range in.NumFields() {
		if !slices.Contains(gone, i) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, errors.New("drop: no columns are left")
	}
	return newProjection(r.String(), in, at, nil), nil
}

type renaming struct{ from, to string }

func (r renaming) String() string { return fmt.Sprintf("rename %s to %s", r.from, r.to) }

// Bind finds the column.
func (r renaming) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	names := chunker.Names(in)
	if !slices.Contains(names, r.from) {
		return nil, fmt.Errorf("rename: no column %q%s", r.from, near.Hint(r.from, names))
	}
	if r.to == "" || r.to != r.from && slices.Contains(names, r.to) {
		return nil, fmt.Errorf("rename: %q to %q: there is such a column already, or it would have no name", r.from, r.to)
	}
	return newProjection(r.String(), in, index.All(in.NumFields()), map[string]string{r.from: r.to}), nil
}

// projection is columns of those that come in, in some order and by other names.
type projection struct {
	text   string
	at     []int // of each column that comes out: its place among those that come in
	names  map[string]string
	in     *arrow.Schema
	schema *arrow.Schema
}

func newProjection(text string, in *arrow.Schema, at []int, names map[string]string) *projection {
	fields := make([]arrow.Field, len(at))
	for i, c := range at {
		fields[i] = in.Field(c)
		if to, ok := names[fields[i].Name]; ok {
			fields[i].Name = to
		}
	}
	meta := in.Metadata()
	return &projection{text, at, names, in, arrow.NewSchema(fields, &meta)}
}

func (p *projection) Schema() *arrow.Schema            { return p.schema }
func (p *projection) String() string                   { return p.text }
func (p *projection) Reads() []int                     { return nil }
func (p *projection) Passes() []int                    { return p.at }
func (p *projection) Filter() (predicate.Filter, bool) { return predicate.Filter{}, false }
func (p *projection) Wants(rows int64) int64           { return rows }

// Narrow is the projection of those columns that are there.
func (p *projection) Narrow(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	var at []int
	for _, c := range p.at {
		if k := in.FieldIndices(p.in.Field(c).Name); len(k) == 1 {
			at = append(at, k[0])
		}
	}
	return newProjection(p.text, in, at, p.names), nil
}

// Run costs nothing a row: no value is touched.
func (p *projection) Run(_ context.Context, b *engine.Batch, _ *engine.Env) error {
	out := make([]arrow.Record, len(b.Records))
	for i, rec := range b.Records {
		cols := make([]arrow.Array, len(p.at))
		for k, c := range p.at {
			cols[k] = rec.Column(c)
		}
		out[i] = array.NewRecord(p.schema, cols, rec.NumRows())
	}
	b.Set(p.schema, out)
	return nil
}
