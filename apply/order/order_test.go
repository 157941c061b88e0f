package order

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/internal/take"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// drive is how a test runs a sort.
type drive struct {
	memory  int64
	workers int
	rows    int   // of the chunks that come in
	bytes   int64 // of those that come out
	limits  []int64
	dir     string
	peak    *int64
	parts   func(n int) []int // the order in which parts are called; nil is all at once
}

// limit is a chunker.Limiting.
type limit int64

func (l limit) Most() int64 { return int64(l) }
func (l limit) Bind(context.Context, *arrow.Schema) (chunker.BoundStep, error) {
	return nil, errors.New("the limit is not taken in")
}

// run sorts a frame.
func (d drive) run(ctx context.Context, f *frame.Frame, step chunker.Step) (*frame.Frame, error) {
	steps := chunker.Steps{step}
	for _, l := range d.limits {
		steps = append(steps, limit(l))
	}
	list, err := steps.Bind(ctx, f.Schema())
	if err != nil {
		return nil, err
	}
	budget := chunker.NewMemory(d.memory)
	if d.peak != nil {
		defer func() { *d.peak = budget.Peak() }()
	}
	t, err := list.(chunker.BoundSteps).List[0].(chunker.TableStep).Table(ctx, chunker.Env{Memory: budget, Workers: d.workers, Dir: d.dir})
	if err != nil {
		return nil, err
	}
	defer func() {
		if t.Close() != nil || t.Close() != nil || budget.Held() != 0 {
			panic("memory is held after Close")
		}
	}()
	if err := d.write(ctx, t, f); err != nil {
		return nil, err
	}
	if err := t.Commit(ctx); err != nil {
		return nil, err
	}
	s, err := t.Stream(ctx, d.bytes)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return d.read(ctx, s)
}

// write writes windows of chunks at once, and puts them in order.
func (d drive) write(ctx context.Context, t chunker.Table, f *frame.Frame) error {
	var records []arrow.Record
	for rec := range chunker.Cut(f, d.rows, 0) {
		records = append(records, rec)
	}
	for window := range slices.Chunk(records, max(d.workers, 1)) {
		puts, errs := make([]chunker.Append, len(window)), make([]error, len(window))
		var group sync.WaitGroup
		for i, rec := range window {
			group.Go(func() {
				puts[i], errs[i] = chunker.Shared(t)(ctx, chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
			})
		}
		group.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		for _, put := range puts {
			if err := put(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d drive) read(ctx context.Context, s chunker.Stream) (*frame.Frame, error) {
	var parts []chunker.Part
	for {
		part, err := s.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	records, errs := make([]arrow.Record, len(parts)), make([]error, len(parts))
	call := func(i int) {
		c, err := parts[i](ctx)
		records[i], errs[i] = c.Record, err
	}
	if d.parts != nil {
		for _, i := range d.parts(len(parts)) {
			call(i)
		}
	} else {
		next := make(chan int)
		var group sync.WaitGroup
		for range max(d.workers, 1) {
			group.Go(func() {
				for i := range next {
					call(i)
				}
			})
		}
		for i := range parts {
			next <- i
		}
		close(next)
		group.Wait()
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return frame.FromRecords(s.Schema(), records...)
}

// oracle sorts row numbers by comparing values one by one, and takes the rows.
func oracle(t *testing.T, f *frame.Frame, most int64, keys ...Key) *frame.Frame {
	t.Helper()
	var err error
	cols := make([]arrow.Array, len(keys))
	for i, k := range keys {
		at := f.Schema().FieldIndices(k.Column)[0]
		var parts []arrow.Array
		for _, rec := range f.Records() {
			parts = append(parts, rec.Column(at))
		}
		cols[i], err = take.Concat(f.Schema().Field(at).Type, parts)
		require.NoError(t, err)
	}
	rows := make([]int, f.NumRows())
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		for i, k := range keys {
			if order := plainly(cols[i], a, b, k); order != 0 {
				return order
			}
		}
		return 0
	})
	if most >= 0 {
		rows = rows[:min(most, int64(len(rows)))]
	}
	out, err := f.Take(rows)
	require.NoError(t, err)
	return out
}

// plainly compares two values as the docs say.
func plainly(arr arrow.Array, a, b int, k Key) int {
	x, y := value(arr, a), value(arr, b)
	if x == nil || y == nil {
		order := cmp.Compare(map[bool]int{true: 1}[x == nil], map[bool]int{true: 1}[y == nil])
		if k.NullsFirst {
			return -order
		}
		return order
	}
	order := 0
	switch x := x.(type) {
	case string:
		order = strings.Compare(x, y.(string))
	case int64:
		order = cmp.Compare(x, y.(int64))
	case uint64:
		order = cmp.Compare(x, y.(uint64))
	case float64: // cmp.Compare has NaN first
		y := y.(float64)
		switch {
		case math.IsNaN(x) || math.IsNaN(y):
			order = cmp.Compare(map[bool]int{true: 1}[math.IsNaN(x)], map[bool]int{true: 1}[math.IsNaN(y)])
		default:
			order = cmp.Compare(x, y)
		}
	case decimal128.Num:
		order = x.Cmp(y.(decimal128.Num))
	case decimal256.Num:
		order = x.Cmp(y.(decimal256.Num))
	default:
		panic(fmt.Sprintf("no order for %T", x))
	}
	if k.Descending {
		return -order
	}
	return order
}

// value is a row's value as one of few Go types, nil for a null.
func value(arr arrow.Array, i int) any {
	if arr.IsNull(i) {
		return nil
	}
	switch a := arr.(type) {
	case *array.Dictionary:
		return value(a.Dictionary(), a.GetValueIndex(i))
	case *array.RunEndEncoded:
		return value(a.Values(), a.GetPhysicalIndex(i))
	case *array.Boolean:
		return map[bool]int64{true: 1}[a.Value(i)]
	case *array.Int8:
		return int64(a.Value(i))
	case *array.Int16:
		return int64(a.Value(i))
	case *array.Int32:
		return int64(a.Value(i))
	case *array.Int64:
		return a.Value(i)
	case *array.Uint8:
		return uint64(a.Value(i))
	case *array.Uint16:
		return uint64(a.Value(i))
	case *array.Uint32:
		return uint64(a.Value(i))
	case *array.Uint64:
		return a.Value(i)
	case *array.Float16:
		return float64(a.Value(i).Float32())
	case *array.Float32:
		return float64(a.Value(i))
	case *array.Float64:
		return a.Value(i)
	case *array.Date32:
		return int64(a.Value(i))
	case *array.Date64:
		return int64(a.Value(i))
	case *array.Time32:
		return int64(a.Value(i))
	case *array.Time64:
		return int64(a.Value(i))
	case *array.Timestamp:
		return int64(a.Value(i))
	case *array.Duration:
		return int64(a.Value(i))
	case *array.Decimal128:
		return a.Value(i)
	case *array.Decimal256:
		return a.Value(i)
	case interface{ Value(int) string }:
		return a.Value(i)
	case interface{ Value(int) []byte }:
		return string(a.Value(i))
	}
	return arr.ValueStr(i)
}

// random is a frame with a column of each sortable type, one of lists, and the rows' numbers, in a
// few record batches cut out of longer arrays.
func random(t *testing.T, seed uint64, rows int, v dice.Values) *frame.Frame {
	t.Helper()
	d := dice.New(seed)
	var fields []arrow.Field
	for i, typ := range append(slices.Clone(dice.Types), arrow.ListOf(arrow.BinaryTypes.String)) {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: typ, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, d.Records(schema, rows, v)...)
	require.NoError(t, err)
	return numbered(t, f)
}

func numbered(t *testing.T, f *frame.Frame) *frame.Frame {
	t.Helper()
	numbers := make([]int64, f.NumRows())
	for i := range numbers {
		numbers[i] = int64(i)
	}
	f, err := f.With(frame.Of("number", numbers))
	require.NoError(t, err)
	return f
}

// requireEqual compares frames to the bit: Equal, and the texts of what it takes for equal.
func requireEqual(t *testing.T, want, got *frame.Frame, what string) {
	t.Helper()
	a, err := frame.Col[int64](want, "number")
	require.NoError(t, err)
	b, err := frame.Col[int64](got, "number")
	require.NoError(t, err, what)
	require.Equal(t, a.Values(), b.Values(), what)
	require.True(t, want.Equal(got), what)
}

// TestEveryTypeByOneKey sorts by a column of each type, in each direction, with nulls at either
// end, in memory and spilled.
func TestEveryTypeByOneKey(t *testing.T) {
	for seed, v := range []dice.Values{{Nulls: 6, Spread: 60}, {Nulls: 20, Spread: 5000, Wild: true}} {
		all := random(t, uint64(seed), rowsOf(500, 900), v)
		for i, typ := range dice.Types {
			f, err := all.Select(fmt.Sprint("c", i), fmt.Sprint("c", len(dice.Types)), "number")
			require.NoError(t, err)
			for _, k := range []Key{{}, {Descending: true}, {NullsFirst: true}, {Descending: true, NullsFirst: true}} {
				k.Column = fmt.Sprint("c", i)
				want := oracle(t, f, -1, k)
				for _, d := range []drive{{workers: 2, rows: 100, bytes: 10_000}, {workers: 1, rows: 37, memory: 250 << 10, dir: t.TempDir()}} {
					got, err := d.run(t.Context(), f, Keys(k))
					require.NoError(t, err)
					requireEqual(t, want, got, fmt.Sprintf("%s by %s, budget %d", typ, k, d.memory))
				}
			}
		}
	}
}

// TestManyKeys sorts by two to four random keys with many ties, however it is run: the rows are the
// same to the bit.
func TestManyKeys(t *testing.T) {
	d := dice.New(9)
	for seed := range uint64(6) {
		f := random(t, 100+seed, 50+d.IntN(2000), dice.Values{Nulls: 5, Spread: 1 + d.Int64N(30), Wild: seed%3 == 0})
		var keys []Key
		for _, c := range d.Perm(len(dice.Types))[:2+d.IntN(3)] {
			keys = append(keys, Key{fmt.Sprint("c", c), d.IntN(2) == 0, d.IntN(2) == 0})
		}
		most := int64(-1)
		if seed%2 == 0 {
			most = d.Int64N(int64(f.NumRows() + 50))
		}
		want := oracle(t, f, most, keys...)
		for range 5 {
			run := drive{workers: 1 + d.IntN(8), rows: 1 + d.IntN(500), bytes: 1 + d.Int64N(100_000), dir: t.TempDir()}
			run.memory = []int64{0, 1 << 20, 2 << 20, 64 << 20}[d.IntN(4)]
			if most >= 0 {
				run.limits = []int64{most, most + 5}
			}
			got, err := run.run(t.Context(), f, Keys(keys...))
			require.NoError(t, err)
			requireEqual(t, want, got, fmt.Sprintf("seed %d: %v by %v", seed, run, keys))
		}
	}
}

// TestEdges has the values where words are not the values: both ends of integers, decimals of many
// digits, texts that begin alike, zeros of both signs, NaNs of all kinds.
func TestEdges(t *testing.T) {
	rows := rowsOf(900, 2000)
	d := dice.New(4)
	texts := []string{"", "\x00", "\x00\x00", "a", "a\x00", "abcdefg", "abcdefg\x00", "abcdefgh", "abcdefghijklmn", "abcdefghijklmn\x00", "abcdefghijklmno", "\xff\xff\xff\xff\xff\xff\xff\xff\xff"}
	ints := []int64{math.MinInt64, math.MinInt64 + 1, math.MinInt64 + 2, -1, 0, 1, math.MaxInt64 - 2, math.MaxInt64 - 1, math.MaxInt64}
	floats := []float64{math.NaN(), math.Float64frombits(0xfff8000000000001), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, -1}
	types := []arrow.DataType{arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Uint64, arrow.PrimitiveTypes.Float64,
		&arrow.Decimal128Type{Precision: 38}, &arrow.Decimal256Type{Precision: 76}}
	var fields []arrow.Field
	var cols []arrow.Array
	for i, typ := range types {
		b := array.NewBuilder(memory.DefaultAllocator, typ)
		for range rows {
			if d.IntN(20) == 0 {
				b.AppendNull()
				continue
			}
			n := ints[d.IntN(len(ints))]
			switch b := b.(type) {
			case *array.StringBuilder:
				b.Append(texts[d.IntN(len(texts))])
			case *array.Int64Builder:
				b.Append(n)
			case *array.Uint64Builder:
				b.Append(uint64(n))
			case *array.Float64Builder:
				b.Append(floats[d.IntN(len(floats))])
			case *array.Decimal128Builder:
				b.Append(decimal128.New(n>>d.IntN(64), uint64(ints[d.IntN(len(ints))])))
			case *array.Decimal256Builder:
				b.Append(decimal256.New(uint64(n)>>d.IntN(64), uint64(n), uint64(d.IntN(2)), uint64(ints[d.IntN(len(ints))])))
			}
		}
		cols = append(cols, b.NewArray())
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: typ, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, cols, int64(rows)))
	require.NoError(t, err)
	f = numbered(t, f)
	for i := range types {
		for _, k := range []Key{{}, {Descending: true}, {NullsFirst: true}} {
			k.Column = fmt.Sprint("c", i)
			for _, keys := range [][]Key{{k}, {k, {Column: "c0"}}, {{Column: "c1", Descending: true}, k}} {
				if len(keys) == 2 && keys[0].Column == keys[1].Column {
					continue
				}
				want := oracle(t, f, -1, keys...)
				for _, memory := range []int64{0, 300 << 10} {
					got, err := drive{workers: 2, rows: 150, bytes: 4000, memory: memory, dir: t.TempDir()}.run(t.Context(), f, Keys(keys...))
					require.NoError(t, err)
					requireEqual(t, want, got, fmt.Sprint(types[i], keys))
				}
			}
		}
	}
}
