package apply

import (
	"context"
	"math/bits"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bind"
)

// vectorRows is how many rows a kernel has at hand at a time: its scratch memory
// stays in the first- and second-level cache.
const vectorRows = 1024

// arg is one input column of a kernel, as values of type T.
type arg[T any] struct {
	at   int // column in the schema
	view bind.View[T]
	vals []T // the vector
	buf  []T
}

func (a *arg[T]) open(rec arrow.Record) (err error) {
	a.view, err = bind.As[T](rec.Column(a.at))
	return err
}

func (a *arg[T]) load(lo, n int) {
	if a.view.Direct() == nil && len(a.buf) < n {
		a.buf = make([]T, max(n, min(2*len(a.buf), vectorRows)))
	}
	a.vals = a.view.Slice(lo, lo+n, a.buf)
}

// inputs is the opened columns of a kernel, listed once a batch.
type inputs struct{ opened []*bind.Column }

func (in *inputs) columns() []*bind.Column { return in.opened }

// sink is the results of a kernel: a slice of the column itself where a Go value
// and its place in the column are the same bytes, else scratch.
type sink[R any] struct {
	out []R
	buf []R
	n   int
}

func (s *sink[R]) size(n int) { s.n = n }

func (s *sink[R]) place(direct []byte) {
	if direct != nil {
		s.out = unsafe.Slice((*R)(unsafe.Pointer(unsafe.SliceData(direct))), s.n)
		return
	}
	if len(s.buf) < s.n {
		s.buf = make([]R, max(s.n, min(2*len(s.buf), vectorRows)))
	}
	s.out = s.buf[:s.n]
}

func (s *sink[R]) result(i int) unsafe.Pointer { return unsafe.Pointer(&s.out[i]) }
func (s *sink[R]) stride() uintptr             { return unsafe.Sizeof(s.out[0]) }
func (s *sink[R]) zero(i int)                  { var z R; s.out[i] = z }

// The loops below are the hot ones: t.at is stored before each call, so that a
// panic is known to be that row's; it costs a store that overlaps the call. That others wait for
// rows is looked at after each call, a load that costs less than a block's end did.

type map1[A, R any] struct {
	inputs
	a arg[A]
	sink[R]
	fn func(A) R
}

func (k *map1[A, R]) open(rec arrow.Record) error {
	k.opened = []*bind.Column{&k.a.view.Column}
	return k.a.open(rec)
}
func (k *map1[A, R]) load(lo, n int) { k.a.load(lo, n); k.size(n) }
func (k *map1[A, R]) run(t *task, lo, hi int) {
	hand, out, a, fn := t.hand, k.out[lo:hi], k.a.vals[lo:hi], k.fn
	for i := range out {
		t.at = lo + i
		out[i] = fn(a[i])
		if hand.Interrupted() {
			return
		}
	}
}
func (k *map1[A, R]) runMask(t *task, base int, mask uint64) (rest uint64) {
	for mask != 0 && !t.hand.Interrupted() {
		i := base + bits.TrailingZeros64(mask)
		t.at = i
		k.out[i] = k.fn(k.a.vals[i])
		mask &= mask - 1
	}
	return mask
}

type map2[A, B, R any] struct {
	inputs
	a arg[A]
	b arg[B]
	sink[R]
	fn func(A, B) R
}

func (k *map2[A, B, R]) open(rec arrow.Record) error {
	k.opened = []*bind.Column{&k.a.view.Column, &k.b.view.Column}
	if err := k.a.open(rec); err != nil {
		return err
	}
	return k.b.open(rec)
}
func (k *map2[A, B, R]) load(lo, n int) { k.a.load(lo, n); k.b.load(lo, n); k.size(n) }
func (k *map2[A, B, R]) run(t *task, lo, hi int) {
	hand, out, a, b, fn := t.hand, k.out[lo:hi], k.a.vals[lo:hi], k.b.vals[lo:hi], k.fn
	for i := range out {
		t.at = lo + i
		out[i] = fn(a[i], b[i])
		if hand.Interrupted() {
			return
		}
	}
}
func (k *map2[A, B, R]) runMask(t *task, base int, mask uint64) (rest uint64) {
	for mask != 0 && !t.hand.Interrupted() {
		i := base + bits.TrailingZeros64(mask)
		t.at = i
		k.out[i] = k.fn(k.a.vals[i], k.b.vals[i])
		mask &= mask - 1
	}
	return mask
}

type map3[A, B, C, R any] struct {
	inputs
	a arg[A]
	b arg[B]
	c arg[C]
	sink[R]
	fn func(A, B, C) R
}

func (k *map3[A, B, C, R]) open(rec arrow.Record) error {
	k.opened = []*bind.Column{&k.a.view.Column, &k.b.view.Column, &k.c.view.Column}
	if err := k.a.open(rec); err != nil {
		return err
	}
	if err := k.b.open(rec); err != nil {
		return err
	}
	return k.c.open(rec)
}
func (k *map3[A, B, C, R]) load(lo, n int) {
	k.a.load(lo, n)
	k.b.load(lo, n)
	k.c.load(lo, n)
	k.size(n)
}
func (k *map3[A, B, C, R]) run(t *task, lo, hi int) {
	hand, out, a, b, c, fn := t.hand, k.out[lo:hi], k.a.vals[lo:hi], k.b.vals[lo:hi], k.c.vals[lo:hi], k.fn
	for i := range out {
		t.at = lo + i
		out[i] = fn(a[i], b[i], c[i])
		if hand.Interrupted() {
			return
		}
	}
}
func (k *map3[A, B, C, R]) runMask(t *task, base int, mask uint64) (rest uint64) {
	for mask != 0 && !t.hand.Interrupted() {
		i := base + bits.TrailingZeros64(mask)
		t.at = i
		k.out[i] = k.fn(k.a.vals[i], k.b.vals[i], k.c.vals[i])
		mask &= mask - 1
	}
	return mask
}

// structs is the kernel of Rows: a vector of structs, filled column by column.
type structs[In, Out any] struct {
	inputs
	fields []bind.Field
	at     []int
	cols   []bind.Column
	in     []In
	sink[Out]
	fn func(In) Out
}

func (k *structs[In, Out]) open(rec arrow.Record) error {
	if k.cols == nil {
		k.cols = make([]bind.Column, len(k.fields))
		for i := range k.cols {
			k.opened = append(k.opened, &k.cols[i])
		}
	}
	for i, f := range k.fields {
		c, err := bind.Open(rec.Column(k.at[i]), f.Type)
		if err != nil {
			return err
		}
		k.cols[i] = c
	}
	return nil
}

func (k *structs[In, Out]) load(lo, n int) {
	if len(k.in) < n {
		k.in = make([]In, max(n, min(2*len(k.in), vectorRows)))
	}
	for i, f := range k.fields {
		k.cols[i].Fill(unsafe.Add(unsafe.Pointer(&k.in[0]), f.Offset), unsafe.Sizeof(k.in[0]), lo, n)
	}
	k.size(n)
}

func (k *structs[In, Out]) run(t *task, lo, hi int) {
	hand := t.hand
	for i := lo; i < hi; i++ {
		t.at = i
		k.out[i] = k.fn(k.in[i])
		if hand.Interrupted() {
			return
		}
	}
}

func (k *structs[In, Out]) runMask(t *task, base int, mask uint64) (rest uint64) {
	for mask != 0 && !t.hand.Interrupted() {
		i := base + bits.TrailingZeros64(mask)
		t.at = i
		k.out[i] = k.fn(k.in[i])
		mask &= mask - 1
	}
	return mask
}

// calling makes a kernel's function one that takes a context and may fail. It
// stands over any of the kernels above, which then only holds inputs and results.
type calling[R any] struct {
	kernel
	sink *sink[R]
	call func(ctx context.Context, i int) (R, error) // for row i
	// bound is the call for row i as one that needs nothing of the vector any more. Only guarded
	// calls are made by it: it allocates.
	bound func(i int) func(ctx context.Context) (R, error)
	guard *guarded // nil if nothing stands before the calls
}

func (k *calling[R]) open(rec arrow.Record) error {
	if err := k.kernel.open(rec); err != nil {
		return err
	}
	return k.guard.open(rec)
}

func (k *calling[R]) load(lo, n int) {
	k.kernel.load(lo, n)
	k.guard.load(lo, n)
}

func (k *calling[R]) run(t *task, lo, hi int) {
	for i := lo; i < hi; i++ {
		if k.one(t, i); t.hand.Interrupted() {
			return
		}
	}
}

func (k *calling[R]) runMask(t *task, base int, mask uint64) (rest uint64) {
	for mask != 0 && !t.hand.Interrupted() {
		k.one(t, base+bits.TrailingZeros64(mask))
		mask &= mask - 1
	}
	return mask
}

func (k *calling[R]) metersCalls() {}

func (k *calling[R]) one(t *task, i int) {
	t.at = i
	var err error
	if k.guard == nil {
		t.begins()
		k.sink.out[i], err = k.call(t.ctx, i)
		t.ends(1, err != nil)
	} else { // which tells of each call itself
		k.sink.out[i], err = guardedCall(k.guard, t, i, k.bound)
	}
	if err != nil {
		k.zero(i)
		t.fail(i, err)
	}
}
