//go:build volley_invariants

package bufpool

// poison fills a returned buffer with a byte that is no valid UTF-8 and a large
// negative number.
func poison(b []byte) {
	for i := range b {
		b[i] = 0xDB
	}
}
