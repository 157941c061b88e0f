package async

import "sync/atomic"

// detached is a call on a goroutine of its own, whose caller may leave before it ends.
type detached struct {
	ended   chan error // the call's error, for a caller that is still there
	settled atomic.Bool
}

// detach starts the call. If the caller has left when it ends, its error goes to unheard.
func detach(call func() error, unheard func(error)) *detached {
	d := &detached{ended: make(chan error, 1)}
	go protected(call, func(err error) {
		if d.settled.CompareAndSwap(false, true) {
			d.ended <- err
		} else {
			unheard(err)
		}
	})
	return d
}

// leave reports whether the caller has left the call, which is not so if it has just ended.
func (d *detached) leave() bool { return d.settled.CompareAndSwap(false, true) }
