//go:build !unix

package offheap

func take(n int) []byte { return make([]byte, n) }

func give([]byte) {}
