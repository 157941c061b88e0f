package frame

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestManyColumns holds what it allocates to choose and add n and 2n columns against each other.
func TestManyColumns(t *testing.T) {
	const n = 1000
	for name, do := range map[string]func(f *Frame, names []string, added []Series) (*Frame, error){
		"Select": func(f *Frame, names []string, _ []Series) (*Frame, error) { return f.Select(names...) },
		"Drop":   func(f *Frame, names []string, _ []Series) (*Frame, error) { return f.Drop(names[1:]...) },
		"With":   func(f *Frame, _ []string, added []Series) (*Frame, error) { return f.With(added...) },
		"Rename": func(f *Frame, names []string, _ []Series) (*Frame, error) {
			to := map[string]string{}
			for _, name := range names {
				to[name] = "new " + name
			}
			return f.Rename(to)
		},
		"Column": func(f *Frame, names []string, _ []Series) (*Frame, error) {
			for _, name := range names {
				if _, err := f.Column(name); err != nil {
					return nil, err
				}
			}
			return f, nil
		},
	} {
		bytes := func(n int) float64 {
			var columns, added []Series
			var names []string
			for i := range n {
				columns = append(columns, Of(fmt.Sprint("c", i), []int64{1}))
				added = append(added, Of(fmt.Sprint("c", 2*i), []int64{2}))
				names = append(names, fmt.Sprint("c", i))
			}
			slices.Reverse(names)
			f, err := New(columns...)
			require.NoError(t, err)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err = do(f, names, added)
			runtime.ReadMemStats(&after)
			require.NoError(t, err, name)
			return float64(after.TotalAlloc - before.TotalAlloc)
		}
		bytes(n)
		once := bytes(n)
		require.Less(t, bytes(2*n)/once, 2.6, name)
	}
}
