//go:build !volley_invariants

package offheap

func poison([]byte) {}
