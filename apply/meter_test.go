package apply

import (
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestQuantilesAreNearTheExactOnes for latencies of a nanosecond to a day.
func TestQuantilesAreNearTheExactOnes(t *testing.T) {
	m := new(meter)
	require.Equal(t, []time.Duration{0, 0}, m.quantiles(0.5, 0.99))
	var all []time.Duration
	for i := range 1000 {
		d := time.Duration(math.Pow(1.0326, float64(i)))
		all = append(all, d)
		m.calls.Add(1)
		m.took[bucketOf(d)].Add(1)
	}
	slices.Sort(all)
	for i, q := range []float64{0.001, 0.1, 0.5, 0.9, 0.99, 1} {
		want := float64(all[int(math.Ceil(q*1000))-1])
		require.InEpsilon(t, want, float64(m.quantiles(q)[0]), 0.04, "%d", i)
	}
	for d := time.Duration(1); d > 0; d = 2*d + d/3 {
		require.InEpsilon(t, float64(d), float64(bucketMiddle(bucketOf(d))), 0.04)
	}
	require.Less(t, bucketOf(math.MaxInt64), latencies)
	require.Zero(t, bucketOf(-1))
}

// TestTheMeterCountsWhatIsUnderWay, and the nil meter nothing.
func TestTheMeterCountsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(meter)
		a, b := m.begin(), m.begin()
		time.Sleep(time.Second)
		m.end(a, 1, 0)
		m.end(b, 4, 1)
		m.end(m.begin(), 0, 0) // given back
		require.EqualValues(t, 2, m.peak.Load())
		require.Zero(t, m.now.Load())
		require.EqualValues(t, 5, m.calls.Load())
		require.EqualValues(t, 1, m.failed.Load())
		require.InEpsilon(t, 250e6, float64(m.quantiles(0.5)[0]), 0.04)
		var none *meter
		none.end(none.begin(), 1, 1)
	})
}
