package morsel_test

import (
	"fmt"
	"runtime"

	"github.com/volley-go/volley/internal/morsel"
)

// Map is a parallel map over tasks.
func Map[R any](n int, f func(i int) R) []R {
	out, units := make([]R, n), morsel.NewCursor(n)
	var crew morsel.Crew
	for range runtime.GOMAXPROCS(0) {
		hand := new(morsel.Hand)
		crew.Go(func() {
			for i := range units.Units(hand, func(left int) int { return left / 64 }) {
				out[i] = f(i)
			}
		})
	}
	crew.Wait()
	return out
}

func Example() {
	fmt.Println(Map(6, func(i int) string { return fmt.Sprint(i * i) }))
	// Output: [0 1 4 9 16 25]
}
