package morsel

import "sync"

// Crew is goroutines that work. The zero Crew is ready.
type Crew struct{ group sync.WaitGroup }

// Go runs work on a goroutine of its own, and again on another one as long as work ends its
// goroutine (runtime.Goexit) instead of returning: where a worker is must lie outside of work's
// stack. Panics are work's own affair: one that it does not recover ends the process.
func (c *Crew) Go(work func()) {
	c.group.Add(1)
	c.start(work)
}

func (c *Crew) start(work func()) {
	go func() {
		returned := false
		defer func() {
			if returned {
				c.group.Done()
				return
			}
			c.start(work)
		}()
		work()
		returned = true
	}()
}

// Wait returns when all goroutines have ended, those that were begun meanwhile too.
func (c *Crew) Wait() { c.group.Wait() }
