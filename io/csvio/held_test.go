package csvio

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/csv"
)

// TestTextsOfManyColumnsGetTheRoomTheyNeed: not a window of 64 KiB for each.
func TestTextsOfManyColumnsGetTheRoomTheyNeed(t *testing.T) {
	for _, columns := range []int{manyColumns, 300, 1500} {
		for _, width := range []int{1, 9, 30} {
			var text strings.Builder
			rows := max(3, 400_000/columns/(width+1))
			for row := range rows + 1 {
				for c := range columns {
					if c > 0 {
						text.WriteByte(',')
					}
					fmt.Fprintf(&text, "%s%d", strings.Repeat("x", 1+(row+c)%width), c)
				}
				text.WriteByte('\n')
			}
			o := ReadOptions{Header: Present}
			st, err := chunker.Open(t.Context(), o.From("wide.csv", strings.NewReader(text.String())), chunker.Request{Bytes: 1 << 20})
			require.NoError(t, err)
			bytes, held, n := 0, 0, 0
			for {
				part, err := st.Next(t.Context())
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				c, err := part(t.Context())
				require.NoError(t, err)
				n += c.Len()
				for _, col := range c.Record.Columns() {
					data := col.Data().Buffers()[2].Bytes()
					bytes, held = bytes+len(data), held+cap(data)
					held -= csv.Pad + 64
				}
			}
			require.NoError(t, st.Close())
			require.Equal(t, rows, n)
			require.Less(t, held, 3*bytes+64<<10, "%d columns of up to %d bytes", columns, width)
		}
	}
}

// TestALongRowIsReadIntoWhatTheLongestTook rather than into doubled buffers.
func TestALongRowIsReadIntoWhatTheLongestTook(t *testing.T) {
	s := new(stream)
	require.Equal(t, 4<<20, s.behind(4<<20), "nothing is known yet")
	s.tellLong(longBytes - 1)
	require.Zero(t, s.longest.Load(), "it is not long")
	s.tellLong(5 << 20)
	s.tellLong(3 << 20)
	require.Equal(t, 4<<20+behindBytes, s.behind(1<<20))
	require.Equal(t, 1000, s.behind(1000), "few rows that go over a section's end are long")
	require.Equal(t, 6<<20, s.behind(6<<20), "longer than all")
}
