package apply

import (
	"cmp"
	"context"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/panics"
)

// memo keeps the results of a function by its input, for all workers and chunks of a run. It has
// two halves: what is asked for is in the young one, and once that is full it becomes the old one,
// whose entries are forgotten. So what was used lately stays, without a list in order of use.
type memo struct {
	saved, forgotten atomic.Int64

	mu    sync.Mutex
	known bool           // what follows is
	most  int64          // bytes; 0 is any number
	share *chunker.Share // that they are counted in; nil for none
	young half
	old   half
}

type half struct {
	entries map[string]*memoEntry
	bytes   int64
}

// memoEntry is a call and, once it has ended, its result.
type memoEntry struct {
	key   string        // the input
	ended chan struct{} // closed then
	value any
	err   error
	cut   bool  // the call ended with its context, which says nothing to other rows
	bytes int64 // 0 while the call is under way
}

// OnceBytesDefault is how many bytes of inputs and results Calls.Once keeps over a stream.
const OnceBytesDefault = 64 << 20

// bound says how much the memo may hold in the run. A frame is in memory as a whole, and its
// results will be too: they are bounded only if the user says so.
func (m *memo) bound(set int64, alone bool, memory *chunker.Memory) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known {
		return
	}
	m.known, m.most = true, set
	if set == 0 && !alone {
		m.most = OnceBytesDefault
	}
	if alone || memory == nil {
		return
	}
	if limit := memory.Limit(); limit > 0 {
		m.most = min(m.most, limit/8)
	}
	m.share, _ = memory.Share("results of Calls.Once", 0) // a share of nothing is never refused
}

// get is the entry of an input whose result is known, once a call that is under way for it has
// ended; or a new one, which is the caller's to lead.
func (m *memo) get(ctx context.Context, input []byte) (e *memoEntry, leads bool, err error) {
	for {
		if e, leads = m.entry(input); leads {
			return e, true, nil
		}
		select {
		case <-e.ended:
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		}
		if !e.cut {
			m.saved.Add(1)
			return e, false, nil
		}
	}
}

// entry is that of an input; isNew reports whether there was none.
func (m *memo) entry(input []byte) (e *memoEntry, isNew bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e = m.find(input); e == nil {
		e, isNew = &memoEntry{ended: make(chan struct{}), key: string(input)}, true
		m.young.put(e)
	}
	return e, isNew
}

// find is the entry of an input, which is used and therefore young; nil if there is none.
func (m *memo) find(input []byte) *memoEntry {
	if e := m.young.entries[string(input)]; e != nil {
		return e
	}
	e := m.old.entries[string(input)]
	if e != nil {
		m.old.drop(e)
		m.young.put(e)
		m.turn()
	}
	return e
}

func (h *half) put(e *memoEntry) {
	if h.entries == nil {
		h.entries = map[string]*memoEntry{}
	}
	h.entries[e.key] = e
	h.bytes += e.bytes
}

func (h *half) drop(e *memoEntry) {
	if h.entries[e.key] == e {
		delete(h.entries, e.key)
		h.bytes -= e.bytes
	}
}

// lead makes the call. A panic is the error of all who wait for it; so is the end of the goroutine,
// which goes on to end.
func (m *memo) lead(ctx context.Context, e *memoEntry, call func() (any, error)) (v any, err error) {
	returned := false
	defer func() {
		if !returned {
			v, err = nil, panics.From(recover())
		}
		m.end(e, v, err, ctx.Err() != nil)
	}()
	v, err = call()
	returned = true
	return v, err
}

// end tells those who wait, and keeps the result if it is one for later rows.
func (m *memo) end(e *memoEntry, v any, err error, over bool) {
	size := int64(0)
	if err == nil {
		v, size = owned(v)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e.value, e.err, e.cut = v, err, err != nil && over
	of := &m.young
	if of.entries[e.key] != e {
		of = &m.old
	}
	if err == nil || !e.cut && async.IsPermanent(err) {
		e.bytes = int64(len(e.key)) + entryBytes + size
		of.bytes += e.bytes
		m.hold(e.bytes)
		m.turn()
	} else {
		of.drop(e)
	}
	close(e.ended)
}

// entryBytes is about what an entry takes beside its input and its result.
const entryBytes = 200

func (m *memo) hold(bytes int64) {
	if m.share != nil {
		m.share.Add(bytes)
	}
}

// turn makes the young half the old one if it is full. Calls that are under way stay.
func (m *memo) turn() {
	if m.most == 0 || m.young.bytes <= m.most/2 {
		return
	}
	var next half
	for _, e := range m.old.entries {
		if e.bytes == 0 {
			next.put(e)
		} else {
			m.forgotten.Add(1)
		}
	}
	m.hold(-m.old.bytes)
	m.old, m.young = m.young, next
}

// owned is a result that holds on to no column's memory, and about how many bytes it takes: a
// function may return a part of the text that it got, which is a view of a whole chunk.
func owned(v any) (any, int64) {
	of := reflect.ValueOf(v)
	if !of.IsValid() {
		return v, 0
	}
	if value, ok := v.(reflect.Value); ok { // of a function that was found by its name
		copied := reflect.New(value.Type()).Elem()
		copied.Set(value)
		return copied, int64(value.Type().Size()) + ownTexts(copied)
	}
	copied := reflect.New(of.Type()).Elem()
	copied.Set(of)
	size := int64(of.Type().Size()) + ownTexts(copied)
	return copied.Interface(), size
}

// ownTexts copies the texts in a value that can be set, and returns their bytes.
func ownTexts(v reflect.Value) (bytes int64) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(strings.Clone(v.String()))
		}
		return int64(v.Len())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.CanSet() && !v.IsNil() {
			v.SetBytes(append([]byte{}, v.Bytes()...))
		}
		return int64(v.Len()) * int64(v.Type().Elem().Size())
	case reflect.Struct:
		for i := range v.NumField() {
			bytes += ownTexts(v.Field(i))
		}
	}
	return bytes
}

// once is the result for row i by the memo.
func once[R any](g *guarded, t *task, i int, bound func(i int) func(context.Context) (R, error)) (v R, err error) {
	known := g.inputs.known(i)
	if known != nil && *known != nil {
		g.memo.saved.Add(1)
		return (*known).value.(R), nil
	}
	e, leads, err := g.memo.get(t.ctx, g.inputs.at(i))
	if leads {
		return leading(g, t, i, e, bound)
	}
	if err != nil || e.err != nil {
		return v, cmp.Or(err, e.err)
	}
	if known != nil {
		*known = e
	}
	return e.value.(R), nil
}

// leading makes the call for row i, and keeps its result in the entry.
func leading[R any](g *guarded, t *task, i int, e *memoEntry, bound func(i int) func(context.Context) (R, error)) (v R, err error) {
	got, err := g.memo.lead(t.ctx, e, func() (any, error) { return passed(g, t, i, bound(i)) })
	if err == nil {
		v = got.(R)
	}
	return v, err
}

// savedRows is how many rows at most are looked at for what Once saves.
const savedRows = 4096

// saves predicts how many calls Once saves over a pass's rows: as many as rows repeat an input. It
// looks at some rows evenly, and estimates how many inputs it did not see by those that it saw once
// or twice (A. Chao, Scand. J. Statist. 11, 1984, bias-corrected), and by the share of rows that
// were new at the end (I. J. Good, Biometrika 40, 1953).
func (p *pass) saves(n *node) int {
	keys, seen, rows := &inputKeys{columns: n.in}, map[string]int{}, p.rows()
	step := max(1, (rows+savedRows-1)/savedRows)
	looked, next, places := 0, 0, rand.New(rand.NewPCG(1, 2))
	for r, rec := range p.records {
		if keys.open(rec) != nil {
			return 0
		}
		for ; next < p.starts[r+1]; next += step {
			row := min(next+places.IntN(step), p.starts[r+1]-1) - p.starts[r]
			seen[string(keys.row(row))]++
			looked++
		}
	}
	one, two := 0, 0
	for _, n := range seen {
		switch n {
		case 1:
			one++
		case 2:
			two++
		}
	}
	if looked == 0 {
		return 0
	}
	unseen := float64(one) * float64(one-1) / float64(2*(two+1))
	unseen = min(unseen, float64(one)/float64(looked)*float64(rows-looked))
	return max(0, rows-len(seen)-int(unseen))
}

// inputKeys writes the inputs of a function as bytes that are equal where these are, for one
// worker.
type inputKeys struct {
	columns []int
	parts   []func(dst []byte, row int) []byte
	typed   bool // columns of several types share the results: equal bytes may be other values
	first   []byte
	lo      int
	buf     []byte

	codes   func(row int) int // entries of the one column, if it is a dictionary
	of      arrow.Array       // that dictionary
	entries []*memoEntry      // by code: results that are known
}
