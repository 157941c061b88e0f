package web

import (
	"context"

	"github.com/volley-go/volley/apply/async"
)

// guarded calls a function in which a user's may panic or end its goroutine, where net/http or a
// stream would not survive that: both are its error.
func guarded[T any](ctx context.Context, call func(ctx context.Context) (T, error)) (T, error) {
	_, results := async.Wait(ctx, async.Limit{}, async.All, call)
	return results[0].Value, results[0].Err
}
