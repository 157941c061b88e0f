package csv

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWeaveIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	for range 500 {
		strands := make([]Strand, 1+r.IntN(5))
		rows := r.IntN(20)
		for i := range strands {
			s := &strands[i]
			s.After, s.AfterLen = [4]byte{',', ';'}, uint32(1+r.IntN(2))
			for range rows {
				n := r.IntN([]int{3, 40, 200}[r.IntN(3)])
				s.Starts, s.Lens = append(s.Starts, uint32(len(s.Text))), append(s.Lens, uint32(n))
				for range n {
					s.Text = append(s.Text, byte(r.IntN(256)))
				}
			}
			s.Text = append(s.Text, make([]byte, Pad)...)
		}
		want, got := make([]byte, 5+Room(strands, rows)), make([]byte, 5+Room(strands, rows))
		end := weaveGeneric(want, 5, strands, rows)
		require.Equal(t, end, Weave(got, 5, strands, rows))
		require.Equal(t, want[:end], got[:end])
		require.Equal(t, end+Pad, 5+Room(strands, rows))
	}
}
