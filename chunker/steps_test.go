package chunker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
)

// TestTheStepsOfTheExamplesKeepTheirPromises, for readers copy them.
func TestTheStepsOfTheExamplesKeepTheirPromises(t *testing.T) {
	fares := make([]float64, 60)
	for i := range fares {
		fares[i] = float64(1 + i%7)
	}
	f, err := frame.New(frame.Of("fare", fares), frame.Of("n", make([]int64, 60)))
	require.NoError(t, err)
	for name, step := range map[string]chunker.Step{"every other": everyOther{}, "share": shareOf{"fare"}} {
		t.Run(name, func(t *testing.T) { chunkertest.TestStep(t, step, f) })
	}
}
