package apply

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/internal/bind"
)

// keySource is where the keys of PerKey come from, bound: it makes a worker's keys.
type keySource interface {
	reads() []int // columns
	worker() keys
}

// keys are those of a vector's rows, for one worker.
type keys interface {
	open(rec arrow.Record) error
	load(lo, n int)
	at(i int) (string, error)
}

// nullKey is the key of rows whose key is null: no text, for it is not UTF-8.
const nullKey = "\xff"

// shownKey is a key in a sentence.
func shownKey(key string) string {
	if key == nullKey {
		return "the key null"
	}
	return fmt.Sprintf("the key %q", key)
}

// bind finds the column or compiles the expression; nil if there are no keys, or a Go function
// makes them.
func (k PerKey) bind(schema *columns, n *node) (keySource, error) {
	if k.ByFunc != nil {
		return nil, k.suits(n.keyFunc)
	}
	if k.By == "" {
		return nil, nil
	}
	if at := schema.FieldIndices(k.By); len(at) == 1 {
		return keyColumn(at[0]), nil
	}
	program, err := expr.CompileValue(schema.allNullable(), k.By)
	if err == nil && program.Type().ID() != arrow.STRING {
		program, err = expr.CompileValue(schema.allNullable(), "cast("+k.By+", string)")
	}
	if err != nil {
		return nil, fmt.Errorf("By: %w", err)
	}
	return keyProgram{program}, nil
}

// suits refuses a ByFunc that does not take what the function takes.
func (k PerKey) suits(want reflect.Type) error {
	if want == nil {
		return errors.New("ByFunc is for functions of Go values that are known to the compiler: give By, a column or an expression")
	}
	v := reflect.ValueOf(k.ByFunc)
	if v.Type() != want {
		return fmt.Errorf("ByFunc is a %s, it must be a %s, as the function takes", v.Type(), want)
	}
	if v.IsNil() {
		return errors.New("ByFunc is nil")
	}
	return nil
}

// keyColumn is keys that are a column.
type keyColumn int

func (c keyColumn) reads() []int { return []int{int(c)} }
func (c keyColumn) worker() keys { return &columnKeys{column: int(c)} }

type columnKeys struct {
	column int
	values arrow.Array
	texts  bind.View[string]
	isText bool
	lo     int
	last   string // the key before, which is most often the next too
}

func (k *columnKeys) open(rec arrow.Record) error {
	k.values = rec.Column(k.column)
	view, err := bind.As[string](k.values)
	k.texts, k.isText = view, err == nil
	return nil
}

func (k *columnKeys) load(lo, _ int) { k.lo = lo }

func (k *columnKeys) at(i int) (string, error) {
	row := k.lo + i
	if k.isText {
		if k.texts.IsNull(row) {
			return nullKey, nil
		}
		var buf [1]string
		if text := k.texts.Slice(row, row+1, buf[:])[0]; text != k.last {
			k.last = strings.Clone(text)
		}
		return k.last, nil
	}
	v := bind.ValueAt(k.values, row)
	if v == nil {
		return nullKey, nil
	}
	return fmt.Sprint(v), nil
}

// keyProgram is keys that an expression gives, as text.
type keyProgram struct{ program *expr.Program }

func (p keyProgram) reads() []int { return p.program.ColumnIndexes() }
func (p keyProgram) worker() keys { return &programKeys{eval: p.program.NewEvaluator()} }

// programKeys evaluates the expression on a vector when the first of its keys is asked for.
type programKeys struct {
	eval   *expr.Evaluator
	out    [1]expr.Output
	valid  [vectorRows / 64]uint64
	failed map[int]error // by row of the vector
	err    error         // of the whole vector
	lo, n  int
	ready  bool
	last   string
}

func (k *programKeys) open(rec arrow.Record) error { return k.eval.Bind(rec) }

func (k *programKeys) load(lo, n int) { k.lo, k.n, k.ready = lo, n, false }

func (k *programKeys) at(i int) (string, error) {
	if !k.ready {
		k.run()
	}
	if err := k.failed[i]; err != nil {
		return "", err
	}
	if k.err != nil {
		return "", k.err
	}
	if k.valid[i/64]>>(i%64)&1 == 0 {
		return nullKey, nil
	}
	o, from := &k.out[0], 0
	if i > 0 {
		from = int(o.Ends[i-1])
	}
	if text := o.Data[from:o.Ends[i]]; string(text) != k.last {
		k.last = string(text)
	}
	return k.last, nil
}

func (k *programKeys) run() {
	o := &k.out[0]
	o.Valid, o.Ends, o.Data = k.valid[:], o.Ends[:0], o.Data[:0]
	k.failed = nil
	k.err = k.eval.Run(k.lo, k.lo+k.n, k.out[:], func(row int, err *expr.RowError) error {
		if k.failed == nil {
			k.failed = map[int]error{}
		}
		k.failed[row-k.lo] = err
		return nil
	})
	k.ready = true
}

// funcKeys are keys that a Go function of a kernel's values gives.
type funcKeys func(i int) string

func (funcKeys) open(arrow.Record) error    { return nil }
func (funcKeys) load(int, int)              {}
func (k funcKeys) at(i int) (string, error) { return k(i), nil }
