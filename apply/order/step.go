package order

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/near"
)

// Key is a column to sort by.
type Key struct {
	Column     string
	Descending bool // greatest first
	NullsFirst bool // nulls before the rest, in either direction
}

func (k Key) String() string {
	text := k.Column
	if k.Descending {
		text += " descending"
	}
	if k.NullsFirst {
		text += " nulls first"
	}
	return text
}

// By sorts by columns, the first of them first. A "-" before a name is for greatest first. A column
// whose own name begins with "-", and nulls that come first, are said by [Keys].
func By(columns ...string) chunker.Step {
	s := sorting{named: columns}
	for _, c := range columns {
		name, descending := strings.CutPrefix(c, "-")
		s.keys = append(s.keys, Key{Column: name, Descending: descending})
	}
	return s
}

// Keys sorts by keys, the first of them first.
func Keys(keys ...Key) chunker.Step { return sorting{keys: keys} }

var errNoColumns = errors.New("order: no columns are named")

// sorting is the step.
type sorting struct {
	keys  []Key
	named []string // as By was given them
}

func (s sorting) String() string {
	texts := make([]string, len(s.keys))
	for i, k := range s.keys {
		texts[i] = k.String()
	}
	return "order by " + strings.Join(texts, ", ")
}

// Bind finds the columns.
func (s sorting) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	if len(s.keys) == 0 {
		return nil, errNoColumns
	}
	b := &bound{sorting: s, schema: in, limit: -1}
	for i, k := range s.keys {
		at, err := s.find(in, i)
		if err != nil {
			return nil, fmt.Errorf("order: %w", err)
		}
		for n, other := range b.at {
			if other == at {
				return nil, fmt.Errorf("order: column %q is key %d and key %d: name it once", k.Column, n+1, i+1)
			}
		}
		if t := in.Field(at).Type; !sortable(t) {
			return nil, fmt.Errorf("order: column %q is %s, which has no order: sort by a column computed from it, such as one of its values", k.Column, t)
		}
		b.at = append(b.at, at)
	}
	return b, nil
}

// find is the place of key i's column.
func (s sorting) find(in *arrow.Schema, i int) (int, error) {
	k := s.keys[i]
	at := in.FieldIndices(k.Column)
	if dashed := s.named != nil && k.Descending && in.HasField(s.named[i]); dashed && len(at) == 0 {
		return 0, fmt.Errorf("no column %q, but a column %q: say order.Keys(order.Key{Column: %q})", k.Column, s.named[i], s.named[i])
	} else if dashed {
		return 0, fmt.Errorf("%q is column %q, greatest first, and there is a column %q: say which by order.Keys(order.Key{Column: …})",
			s.named[i], k.Column, s.named[i])
	}
	switch len(at) {
	case 0:
		return 0, fmt.Errorf("no column %q%s", k.Column, near.Hint(k.Column, chunker.Names(in)))
	case 1:
		return at[0], nil
	}
	return 0, fmt.Errorf("%d columns are named %q: rename all but one", len(at), k.Column)
}

// sortable reports whether the values of a type have an order.
func sortable(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return sortable(t.ValueType)
	case *arrow.RunEndEncodedType:
		return sortable(t.Encoded())
	case arrow.ExtensionType:
		return sortable(t.StorageType())
	case *arrow.NullType, *arrow.BooleanType, arrow.BinaryDataType, arrow.BinaryViewDataType, *arrow.FixedSizeBinaryType:
		return true
	case *arrow.MonthIntervalType, *arrow.DayTimeIntervalType, *arrow.MonthDayNanoIntervalType:
		return false
	case arrow.FixedWidthDataType:
		return !arrow.IsNested(t.ID())
	}
	return false
}

// bound is the step bound to columns.
type bound struct {
	sorting
	schema *arrow.Schema
	at     []int // of each key: its column
	limit  int64 // how many rows come out; -1 is all
}

func (b *bound) Schema() *arrow.Schema { return b.schema }

func (b *bound) String() string {
	if b.limit < 0 {
		return b.sorting.String()
	}
	return fmt.Sprintf("%s, the first %d", b.sorting, b.limit)
}

// Reads are the columns of the keys.
func (b *bound) Reads() []int { return b.at }

// Passes hands every column on.
func (b *bound) Passes() []int { return index.All(b.schema.NumFields()) }

// Narrow binds the sort to the columns that are left.
func (b *bound) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	narrowed, err := b.Bind(ctx, in)
	if err != nil {
		return nil, err
	}
	narrowed.(*bound).limit = b.limit
	return narrowed, nil
}

// Fuse takes in a limit: rows that cannot be among the first are dropped as soon as that is known.
func (b *bound) Fuse(_ context.Context, next chunker.Step) (bool, error) {
	l, ok := next.(chunker.Limiting)
	if !ok || l.Most() < 0 {
		return false, nil
	}
	*b = *b.atMost(l.Most())
	return true, nil
}

// Filter drops no rows. Behind a limit that was taken in, which rows come out depends on all of
// them.
func (b *bound) Filter() (predicate.Filter, bool) { return predicate.Filter{}, b.limit >= 0 }

// Seal has nothing to do.
func (b *bound) Seal() error { return nil }
