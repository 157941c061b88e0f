package apply

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
)

// TestAValueThatAFloatDoesNotHoldEndsTheRun, in whichever batch it is first seen.
func TestAValueThatAFloatDoesNotHoldEndsTheRun(t *testing.T) {
	for _, at := range []int{0, 999, 1000, 2500, 4999} {
		n := make([]int64, 5000)
		n[at] = 1<<53 + 1
		f, err := frame.New(frame.Of("n", n))
		require.NoError(t, err)
		cut, err := f.Rechunk(1000)
		require.NoError(t, err)
		for _, workers := range []int{1, 3} {
			got, _, err := Engine{Workers: workers, MorselRows: 100}.Run(t.Context(), cut, Map1("y", "n", func(n float64) float64 { return n }))
			require.ErrorContains(t, err, "holds 9007199254740993, which no float64 equals", "row %d", at)
			require.Nil(t, got)
		}
	}
}

func TestStrategiesHaveNames(t *testing.T) {
	require.Equal(t, "cheapest serial parallel wide Strategy(4) Strategy(-1)", Cheapest.String()+" "+Serial.String()+" "+Parallel.String()+" "+Wide.String()+" "+Strategy(4).String()+" "+Strategy(-1).String())
}
