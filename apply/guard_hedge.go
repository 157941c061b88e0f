package apply

import (
	"context"
	"errors"
	"math/bits"
	"sync"
	"time"

	"github.com/volley-go/volley/apply/async"
)

// hedge says how long a first call is waited for before a second one is made beside it (J. Dean and
// L. A. Barroso, The Tail at Scale, CACM 56(2), 2013). It keeps how long calls took in buckets an
// eighth of a power of two wide, so that what it says is at most that much too long.
type hedge struct {
	share float64

	mu    sync.Mutex
	took  [hedgeBuckets]int64
	calls int64
}

const (
	hedgeBuckets = 64 * 8
	hedgeFrom    = 100 // calls
)

// bucket is that of a duration.
func bucket(d time.Duration) int {
	n := uint64(max(d, 8))
	power := bits.Len64(n) - 1
	return power*8 + int(n>>(power-3)&7)
}

// bucketEnd is the longest duration of a bucket.
func bucketEnd(i int) time.Duration {
	power := i / 8
	return time.Duration((uint64(8+i%8)+1)<<(power-3) - 1)
}

func (h *hedge) add(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took[bucket(d)]++
	h.calls++
}

// after is how long the share of calls took at most; not known before hedgeFrom have answered.
func (h *hedge) after() (d time.Duration, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls < hedgeFrom {
		return 0, false
	}
	want := int64(h.share * float64(h.calls))
	for i, n := range h.took {
		if want -= n; want < 0 {
			return bucketEnd(i), true
		}
	}
	return bucketEnd(hedgeBuckets - 1), true
}

var errNotHedged = errors.New("the first call ended before a second one was due")

// hedged is a call and, if that takes long, a second one beside it. The first value wins; then, and
// where neither gives one, both have ended or were abandoned.
func hedged[R any](ctx context.Context, p passage, call func(context.Context) (R, error)) (R, error) {
	after, known := p.hedge.after()
	clocked := func(ctx context.Context) (R, error) {
		began := time.Now()
		v, err := call(ctx)
		if err == nil {
			p.hedge.add(time.Since(began))
		}
		return v, err
	}
	if !known {
		return async.Call(ctx, p, clocked)
	}
	begun, ended := make(chan struct{}), make(chan struct{})
	first := func(ctx context.Context) (R, error) {
		defer close(ended)
		return async.Call(ctx, p, func(ctx context.Context) (R, error) {
			close(begun)
			return clocked(ctx)
		})
	}
	second := func(ctx context.Context) (v R, err error) {
		if !due(ctx, begun, ended, after) {
			return v, errNotHedged
		}
		return async.Call(ctx, p, func(ctx context.Context) (R, error) {
			p.counts.hedged.Add(1)
			return clocked(ctx)
		})
	}
	won, results := async.Wait(ctx, async.Limit{}, async.FirstValue, first, second)
	r := results[max(won, 0)]
	return r.Value, r.Err
}

// due waits for the second call's time, which begins with the first call's turn, and reports
// whether it came before that call's end.
func due(ctx context.Context, begun, ended <-chan struct{}, after time.Duration) bool {
	select {
	case <-begun:
	case <-ended:
		return false
	case <-ctx.Done():
		return false
	}
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ended:
	case <-ctx.Done():
	}
	return false
}
