package apply

import (
	"context"
	"fmt"
	"strings"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
)

// Expr computes a column by an expression in Go's syntax, compiled to vector kernels:
// see package expr for the language. What stands before = names the column; without
// it, the text is the name.
//
//	apply.Expr("total = fare + tip")
//	apply.Expr(`band = ifelse(distance > 10, "far", "near")`)
//
// The expressions of a call that do not read each other's results are compiled together, and what
// they share is computed once.
func Expr(text string) Func { return expression{text} }

// Cast makes a column another type: see the conversions of package expr. It is short for an [Expr].
//
//	apply.Cast("when", "date")
func Cast(column, to string) Func {
	name := expr.Col(column).String()
	return Expr(fmt.Sprintf("%s = cast(%s, %s)", name, name, to))
}

type expression struct{ text string }

// Bind binds the function to the columns that it reads.
func (e expression) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return bindFunc(in, e)
}

func (e expression) wire(schema *columns) ([]*node, error) {
	n, err := wireExprs(schema, []string{e.text})
	if err != nil {
		return nil, err
	}
	return []*node{n}, nil
}

// wireExprs makes one node of expressions.
func wireExprs(schema *columns, texts []string) (*node, error) {
	program, err := expr.CompileAll(schema.allNullable(), texts...)
	if err != nil {
		return nil, err
	}
	return exprNode(program, texts), nil
}

// wireValue makes a node of an expression whose result has no name.
func wireValue(schema *arrow.Schema, text string) (*node, error) {
	program, err := expr.CompileValue(nullable(schema), text)
	if err != nil {
		return nil, err
	}
	return exprNode(program, []string{text}), nil
}

func exprNode(program *expr.Program, texts []string) *node {
	n := &node{in: program.ColumnIndexes(), forms: 1, exact: true, program: program, texts: texts}
	var names []string
	for _, f := range program.Fields() {
		names = append(names, f.Name)
		f.Nullable = true
		width := -1
		if f.Type.ID() == arrow.BOOL {
			width = 0
		} else if t, ok := f.Type.(arrow.FixedWidthDataType); ok {
			width = t.BitWidth() / 8
		}
		n.out = append(n.out, output{field: f, packer: bind.Packer{Type: f.Type, Width: width}})
	}
	n.name = strings.Join(names, "; ")
	return n
}

// nullable is the schema with every column nullable: record batches may hold nulls
// whatever their field says, and a program that believed it would be wrong.
func nullable(schema *arrow.Schema) *arrow.Schema {
	fields := make([]arrow.Field, schema.NumFields())
	for i, f := range schema.Fields() {
		f.Nullable = true
		fields[i] = f
	}
	return arrow.NewSchema(fields, nil)
}

// together makes one node of all of a stage's expressions, so that they share. They run
// behind the other functions; on a row where several fail, the first as given is told.
func (s *stage) together() error {
	if len(s.nodes) < 2 {
		return nil
	}
	var texts []string
	var rest []*node
	var writes, exprWrites, exprPlaces []int
	at := 0
	for _, n := range s.nodes {
		places := s.writes[at : at+len(n.out)]
		at += len(n.out)
		if n.program != nil {
			texts, exprWrites = append(texts, n.texts...), append(exprWrites, places...)
			exprPlaces = append(exprPlaces, n.place...)
		} else {
			rest, writes = append(rest, n), append(writes, places...)
		}
	}
	if len(texts) < 2 {
		return nil
	}
	n, err := wireExprs(s.from, texts)
	if err != nil {
		return err
	}
	n.place = exprPlaces
	s.nodes, s.writes = append(rest, n), append(writes, exprWrites...)
	return nil
}

// evaluation is a worker's part of an expression node.
type evaluation struct {
	*expr.Evaluator
	outs  []expr.Output
	valid [][vectorRows / 64]uint64
	bits  [][vectorRows / 64]uint64
}

func newEvaluation(n *node) *evaluation {
	return &evaluation{
		Evaluator: n.program.NewEvaluator(), outs: make([]expr.Output, len(n.out)),
		valid: make([][vectorRows / 64]uint64, len(n.out)), bits: make([][vectorRows / 64]uint64, len(n.out)),
	}
}

// bytes sees bitmap words as bytes, lowest first, on the little-endian machines
// that package expr runs on.
func bytes(words *[vectorRows / 64]uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(words)), vectorRows/8)
}

// expression evaluates an expression node on the vector, straight into the columns.
func (w *worker) expression(ev *evaluation) error {
	cols := w.p.columns[w.k]
	for i, c := range cols {
		o := &ev.outs[i]
		o.Valid, o.Ends, o.Data = ev.valid[i][:], o.Ends[:0], o.Data[:0]
		switch {
		case c.packer.Width > 0:
			o.Fixed = c.at(w.row(0))[:w.n*c.packer.Width]
		case c.packer.Width == 0:
			o.Bits = ev.bits[i][:]
		}
	}
	err := ev.Run(w.m.Lo, w.m.Lo+w.n, ev.outs, func(row int, err *expr.RowError) error {
		w.p.fail(w.k, w.rec, row, err)
		return nil
	})
	if err != nil {
		return err
	}
	for i, c := range cols {
		o := &ev.outs[i]
		switch {
		case c.packer.Width == 0:
			c.setBits(w.row(0), w.n, bytes(&ev.bits[i]))
		case c.packer.Width < 0:
			w.texts[w.k][i].append(w.row(0), o)
		}
		if o.Nulls > 0 {
			c.setValid(w.row(0), w.n, bytes(&ev.valid[i]))
		}
	}
	return nil
}

// append adds a vector's texts to the morsel's.
func (t *textRun) append(row int, o *expr.Output) {
	if len(t.Ends) == 0 {
		t.row = row
	}
	base := len(t.Data)
	t.Data = append(t.Data, o.Data...)
	for _, end := range o.Ends {
		t.Ends = append(t.Ends, base+int(end))
	}
}
