package parquetio

import (
	"cmp"
	"io"
	"sync/atomic"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/offheap"
)

// loan is a buffer that whoever has it last ends, once: a pooled one, or memory outside the heap.
type loan struct {
	bytes []byte
	block *offheap.Block
}

// lend lends n bytes, which are arbitrary; outside the heap, where there is a pool for that.
func lend(outside *offheap.Pool, n int) loan {
	if outside == nil {
		return loan{bytes: bufpool.Get(n)}
	}
	b := outside.Get(n)
	return loan{b.Bytes, b}
}

func (l *loan) end() {
	if l.block == nil {
		bufpool.Put(l.bytes)
	}
	l.block.Free()
	*l = loan{}
}

// readLoan reads n bytes of the file.
func readLoan(outside *offheap.Pool, r io.ReaderAt, off, n int64) (loan, error) {
	l := lend(outside, int(n))
	if k, err := r.ReadAt(l.bytes, off); k < len(l.bytes) {
		l.end()
		return loan{}, cmp.Or(err, io.ErrUnexpectedEOF)
	}
	return l, nil
}

// storedRange is a range of the file as it is stored, which one or several pages lie in.
type storedRange struct {
	loan
	users atomic.Int32
}

// readStored reads a range of the file for so many users.
func readStored(outside *offheap.Pool, r io.ReaderAt, at byteRange, users int) (s *storedRange, err error) {
	defer guard(&err) // of a user's reader
	s = new(storedRange)
	s.users.Store(int32(users))
	s.loan, err = readLoan(outside, r, at.off, at.end-at.off)
	return s, err
}

// done ends one use.
func (s *storedRange) done() {
	if s != nil && s.users.Add(-1) == 0 {
		s.end()
	}
}
