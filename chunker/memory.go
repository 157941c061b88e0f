package chunker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/volley-go/volley/internal/count"
)

// Memory is the budget of a run, in bytes, which all that holds much of it shares: chunks under
// way, pages of files, steps that need all rows. What is held is counted, not allocated, here.
//
// What is counted is what is alive, with what the holder knows of garbage: the collector lets a
// heap grow to twice what is alive, unless the program sets a limit.
//
// Each holder has a [Share] with a least of its own, which is set aside when the share is made. So
// what cannot run in the budget is refused before the first row. Beyond the least only the reader
// of a stream waits ([Share.Admit], [Share.Wait]): chunks on their way give back what it waits for.
// A step that grows never waits ([Share.Grow]): it is told that there is no room, and spills.
type Memory struct {
	mu     sync.Mutex
	freed  sync.Cond
	limit  int64
	taken  int64 // the sum over shares of what they hold and have admitted, at least their least
	held   int64
	peak   int64
	atPeak []Holding
	shares []*Share
}

// Holding is what a holder has of a [Memory].
type Holding struct {
	Who   string
	Bytes int64
}

// Holder is a [Writer] that keeps memory beside the chunks under way, such as chunks that wait for
// a row group.
type Holder interface {
	Writer
	// Hold has it count what it keeps in shares of m. It is called once, before the first Write,
	// and is an error if what it needs at least is not there. Close closes the shares. What it
	// keeps must not be part of what comes out, or depend on how much others hold.
	Hold(m *Memory) error
}

// NewMemory is a budget; 0 is one without a limit.
func NewMemory(limit int64) *Memory {
	m := &Memory{limit: limit}
	m.freed.L = &m.mu
	return m
}

// Limit is the budget; 0 is none.
func (m *Memory) Limit() int64 { return m.limit }

// Peak is the most that was held at the same time.
func (m *Memory) Peak() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peak
}

// Holders are who held something when most was held, the largest first: they add up to Peak.
func (m *Memory) Holders() []Holding {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.atPeak)
	slices.SortStableFunc(out, func(a, b Holding) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return out
}

// Held is how much is held.
func (m *Memory) Held() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

// Room is how much of the budget is neither held nor set aside; the largest number if there is no
// limit.
func (m *Memory) Room() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limit == 0 {
		return 1<<63 - 1
	}
	return max(0, m.limit-m.taken)
}

// Share begins a share with what its holder needs at least, or is a [MemoryError] if that is not
// there. who is the holder, as errors name it.
func (m *Memory) Share(who string, least int64) (*Share, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.fits(least) {
		return nil, m.refuse(who, least)
	}
	s := &Share{memory: m, who: who, least: least}
	m.taken += least
	m.shares = append(m.shares, s)
	return s, nil
}

func (m *Memory) fits(n int64) bool { return m.limit == 0 || m.taken+n <= m.limit }

// Share is what one holder has of a [Memory]. Its methods may be called from many goroutines.
type Share struct {
	memory *Memory
	who    string
	least  int64
	held   int64
	coming int64 // admitted, and not yet held
	wanted bool  // another share has found no room
}

// Grow takes n more bytes if they are there, and does not wait. If they are not, it asks the other
// shares to give back what they can: see [Share.Wanted].
func (s *Share) Grow(n int64) bool {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.fits(s.beyond(n)) {
		m.want(s)
		return false
	}
	s.add(n)
	return true
}

// Wait takes n more bytes, once they are there. A share that holds nothing gets them at once: else
// it would wait for others, which may wait for what it reads. So the budget may be exceeded by what
// one share takes at a time. What is more than the others' leasts leave is never there: that is a
// [MemoryError], at once.
func (s *Share) Wait(ctx context.Context, n int64) error { return s.wait(ctx, n, s.add) }

// Admit is Wait for what is not there yet, such as a chunk that is about to be read: n bytes are
// set aside, and not held before [Share.Settle] says what came.
func (s *Share) Admit(ctx context.Context, n int64) error { return s.wait(ctx, n, s.await) }

// Settle ends what n bytes were set aside for by Admit: held bytes came, more or fewer than those.
func (s *Share) Settle(n, held int64) {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	s.await(-n)
	s.add(held)
	if !m.fits(0) {
		m.want(s)
	}
}

// wait takes n bytes by take, once they are there.
func (s *Share) wait(ctx context.Context, n int64, take func(int64)) error {
	m := s.memory
	stop := context.AfterFunc(ctx, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.freed.Broadcast()
	})
	defer stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > m.most(s) {
		return m.refuse(s.who, n)
	}
	for !m.fits(s.beyond(n)) {
		m.want(s)
		if s.held+s.coming == 0 {
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		m.freed.Wait()
	}
	take(n)
	return nil
}

// Add takes n more bytes whether they are there or not: memory that is in use already. A negative n
// gives some back.
func (s *Share) Add(n int64) {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	s.add(n)
	if !m.fits(0) {
		m.want(s)
	}
}

// Held is how much the share holds.
func (s *Share) Held() int64 {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return s.held
}

// Wanted reports whether another share found no room since the last call while this one held more
// than its least. A step that can spill looks at it whenever it is given rows.
func (s *Share) Wanted() bool {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	was := s.wanted
	s.wanted = false
	return was
}

// Most is how much the share can have at most, if the others give back all but their least; the
// largest number if there is no limit.
func (s *Share) Most() int64 {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.most(s)
}

func (m *Memory) most(s *Share) int64 {
	if m.limit == 0 {
		return 1<<63 - 1
	}
	left := m.limit
	for _, other := range m.shares {
		if other != s {
			left -= other.least
		}
	}
	return max(left, 0)
}

// Err is the error of a holder that needs n more bytes and cannot spill.
func (s *Share) Err(n int64) *MemoryError {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refuse(s.who, n)
}

func (m *Memory) refuse(who string, n int64) *MemoryError {
	return &MemoryError{Who: who, Wanted: n, Held: m.taken, Limit: m.limit}
}

// Close gives back all that the share has. It may be called twice.
func (s *Share) Close() {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.Index(m.shares, s)
	if at < 0 {
		return
	}
	s.add(-s.held)
	s.await(-s.coming)
	m.taken -= s.least
	m.shares = slices.Delete(m.shares, at, at+1)
	m.freed.Broadcast()
}

// beyond is by how much n more bytes exceed what is set aside.
func (s *Share) beyond(n int64) int64 {
	has := s.held + s.coming
	return max(s.least, has+n) - max(s.least, has)
}

func (s *Share) await(n int64) {
	s.memory.taken += s.beyond(n)
	if s.coming += n; n < 0 {
		s.memory.freed.Broadcast()
	}
}

func (s *Share) add(n int64) {
	m := s.memory
	m.taken += s.beyond(n)
	m.held += n
	s.held += n
	if m.held > m.peak {
		m.peak = m.held
		m.note()
	}
	if n < 0 {
		m.freed.Broadcast()
	}
}

// note writes down who holds what.
func (m *Memory) note() {
	m.atPeak = m.atPeak[:0]
	for _, s := range m.shares {
		if s.held > 0 {
			m.atPeak = append(m.atPeak, Holding{s.who, s.held})
		}
	}
}

// want asks the shares but one to give back what they hold beyond their least.
func (m *Memory) want(but *Share) {
	for _, s := range m.shares {
		if s != but && s.held > s.least {
			s.wanted = true
		}
	}
}

// ErrMemory is what errors about a budget that is too small are, by errors.Is.
var ErrMemory = errors.New("the memory budget is too small")

// MemoryError says who found no room in a run's budget. It is [ErrMemory].
type MemoryError struct {
	Who    string
	Wanted int64 // bytes
	Held   int64 // by all, or set aside for them
	Limit  int64
	Remedy string // beside raising the budget; may be empty
	Enough int64  // a budget that is enough, if it is known; else 0
}

func (e *MemoryError) Error() string {
	text := fmt.Sprintf("%s: it needs %s of memory, but of the budget of %s, %s are taken: raise Memory",
		e.Who, count.Bytes(e.Wanted), count.Bytes(e.Limit), count.Bytes(e.Held))
	if e.Enough > 0 {
		text += " to " + count.Bytes(e.Enough)
	}
	if e.Remedy != "" {
		text += ", or " + e.Remedy
	}
	return text
}

// Is reports whether target is ErrMemory.
func (e *MemoryError) Is(target error) bool { return target == ErrMemory }
