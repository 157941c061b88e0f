//go:build unix && !linux

package offheap

func advise([]byte) {}
