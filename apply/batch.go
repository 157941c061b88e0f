package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/index"
)

// Batch computes columns from record batches: for functions that are written for
// whole columns, or for types that no Go value stands for. fn gets
// morsels of the table, all its columns, and returns a record of as many rows
// with the columns of out, in their order and of their types; it must neither
// keep nor change the record it gets. How the table is cut is the engine's choice, so
// that a row's result may not depend on the rows beside it.
// An error is the error of every row of the morsel.
func Batch(out []arrow.Field, fn func(ctx context.Context, rec arrow.Record) (arrow.Record, error)) Called {
	return waiting(storedBatch(out, fn), func(schema *columns) (*node, error) {
		if len(out) == 0 || fn == nil {
			return nil, errors.New("batch: no columns are named, or the function is nil")
		}
		n := &node{forms: 1, batch: fn}
		for i, f := range out {
			if f.Name == "" || f.Type == nil {
				return nil, fmt.Errorf("batch: column %d has no name or no type", i)
			}
			if i > 0 {
				n.name += ", "
			}
			n.name += f.Name
			n.out = append(n.out, output{field: f})
		}
		n.in = index.All(schema.NumFields())
		return n, nil
	})
}

// checkBatch holds what a Batch function returned against what it promised.
func (n *node) checkBatch(in, out arrow.Record) error {
	switch {
	case out == nil:
		return errors.New("the function returned neither a record nor an error")
	case out.NumRows() != in.NumRows():
		return fmt.Errorf("the function returned %s for %d", count.Of(out.NumRows(), "row"), in.NumRows())
	case int(out.NumCols()) != len(n.out):
		return fmt.Errorf("the function returned %s, it promised %d", count.Of(out.NumCols(), "column"), len(n.out))
	}
	for i, o := range n.out {
		if got := out.Column(i).DataType(); !arrow.TypeEqual(got, o.field.Type) {
			return fmt.Errorf("column %q: the function returned %s, it promised %s", o.field.Name, bind.Name(got), bind.Name(o.field.Type))
		}
	}
	return nil
}
