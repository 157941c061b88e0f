package gotaio_test

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/gotaio"
)

// TestColumnsThatCannotBeReadAreErrors: a zone that is not known, a length of time that is too
// long.
func TestColumnsThatCannotBeReadAreErrors(t *testing.T) {
	zoned := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Second, TimeZone: "Mars/Olympus_Mons"})
	zoned.Append(5)
	long := array.NewDurationBuilder(memory.DefaultAllocator, &arrow.DurationType{Unit: arrow.Second})
	long.Append(1 << 40)
	for want, arr := range map[string]arrow.Array{"its time zone is not known": zoned.NewArray(), "more than a time.Duration can": long.NewArray()} {
		f, err := frame.New(frame.Of("n", []int64{1}), frame.Array("t", arr))
		require.NoError(t, err)
		df, err := gotaio.To(f)
		require.ErrorContains(t, err, `to gota: column "t": `)
		require.ErrorContains(t, err, want)
		require.Zero(t, df.Ncol())
	}
}
