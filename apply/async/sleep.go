package async

import (
	"context"
	"time"
)

// Sleep waits for d, or until ctx ends, whose error it then returns. No time at all still tells of
// a context that has ended.
func Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return over(ctx)
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return over(ctx)
	}
}
