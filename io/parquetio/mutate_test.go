package parquetio

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// TestDamageIsAnErrorOrRows changes some bytes of a good file of every type, thousands of times.
func TestDamageIsAnErrorOrRows(t *testing.T) {
	var b bytes.Buffer
	_, err := chunker.Copy(t.Context(), To(&b), chunker.FromFrame(everything(t, 100, 1, true)))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	limits := Limits{FooterBytes: 1 << 20, PageBytes: 1 << 20, PageValues: 1 << 20, ChunkBytes: 8 << 20}
	times := 3000
	if testing.Short() {
		times = 1000
	}
	for range times {
		input := bytes.Clone(b.Bytes())
		for range 1 + r.IntN(3) {
			input[r.IntN(len(input))] = byte(r.Uint32())
		}
		rows := 0
		for c, err := range chunker.All(t.Context(), ReadOptions{Limits: limits}.From("damaged", bytes.NewReader(input), int64(len(input)))) {
			if err != nil {
				requireClean(t, "damaged", err)
				break
			}
			if rows += c.Len(); rows > 1<<22 {
				break
			}
		}
	}
}
