package apply_test

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/volley-go/volley/apply"
)

// Goroutines share a frame whose arrays are slices that have not counted their nulls: for
// the race detector.
func TestSharedFrame(t *testing.T) {
	for range 20 {
		f := table(t, 3000).Slice(5, 2900)
		want := f.Slice(0, f.NumRows())
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				_, err := apply.Apply(t.Context(), f, apply.Expr("x + z"),
					apply.Map1("plain", "z", func(z sql.Null[float64]) float64 { return z.V }))
				assert.NoError(t, err)
			})
			group.Go(func() {
				_, err := apply.Apply(t.Context(), f, apply.Where("z > 10"))
				assert.NoError(t, err)
			})
			group.Go(func() {
				_, err := apply.Sum(t.Context(), f, "z")
				assert.NoError(t, err)
			})
			group.Go(func() { _ = f.Slice(1, 2000).String() })
		}
		group.Wait()
		assert.True(t, f.Equal(want))
	}
}
