//go:build !volley_invariants

package bufpool

func poison([]byte) {}
