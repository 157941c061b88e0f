package order

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// trip is a row of the benchmarks.
type trip struct {
	ID   int64
	Fare float64
	Zone string
	Name string
}

func trips(n int) []trip {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]trip, n)
	for i := range out {
		out[i] = trip{r.Int64(), float64(r.IntN(1_000_000)) / 100, fmt.Sprint("Zone ", r.IntN(263)), fmt.Sprint("https://example.com/trips/", r.IntN(n))}
	}
	return out
}

// BenchmarkSort sorts rows of four columns; "plain" is slices.SortStableFunc over the same rows as
// structs. The figure is nanoseconds a row.
func BenchmarkSort(b *testing.B) {
	const n = 2_000_000
	rows := trips(n)
	f, err := frame.FromStructs(rows)
	require.NoError(b, err)
	for _, c := range []struct {
		name    string
		step    chunker.Step
		compare func(a, b trip) int
	}{
		{"int", By("ID"), func(a, b trip) int { return cmp.Compare(a.ID, b.ID) }},
		{"string", By("Name"), func(a, b trip) int { return cmp.Compare(a.Name, b.Name) }},
		{"two", By("Zone", "-Fare"), func(a, b trip) int { return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(b.Fare, a.Fare)) }},
	} {
		for _, memory := range []int64{0, 64 << 20, 16 << 20} {
			b.Run(fmt.Sprintf("%s/%dMiB", c.name, memory>>20), func(b *testing.B) {
				for b.Loop() {
					_, err := drive{workers: 2, rows: 1 << 17, bytes: 8 << 20, memory: memory, dir: b.TempDir()}.run(b.Context(), f, c.step)
					require.NoError(b, err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
			})
		}
		b.Run(c.name+"/plain", func(b *testing.B) {
			for b.Loop() {
				slices.SortStableFunc(slices.Clone(rows), c.compare)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
