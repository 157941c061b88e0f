package parquetio

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// Metadata is Thrift's compact protocol. The decoder makes a list as long as the file says it is
// before it reads an element, which a few bytes can make 100 GB: so the bytes are walked over first.

var errThrift = errors.New("the metadata is broken")

const (
	thriftDepth = 64
	// thriftWeight is about the memory of an element of a list, a column chunk's metadata.
	thriftWeight = 600
	thriftMemory = 1 << 30
)

// skimmer walks over a structure.
type skimmer struct {
	b        []byte
	at       int
	elements int
}

// decodeThrift decodes the structure at the beginning of b and returns its length.
func decodeThrift(b []byte, v any) (int, error) {
	s := skimmer{b: b}
	if err := s.structure(0); err != nil {
		return 0, err
	}
	r := new(thrift.CompactProtocol).NewReaderFromBytes(b[:s.at])
	if err := thrift.NewDecoder(r).Decode(v); err != nil {
		return 0, fmt.Errorf("%w: %w", errThrift, err)
	}
	return s.at, nil
}

func (s *skimmer) byte() (byte, error) {
	if s.at >= len(s.b) {
		return 0, errThrift
	}
	s.at++
	return s.b[s.at-1], nil
}

func (s *skimmer) uvarint() (uint64, error) {
	x, n := binary.Uvarint(s.b[s.at:])
	if n <= 0 {
		return 0, errThrift
	}
	s.at += n
	return x, nil
}

func (s *skimmer) skip(n uint64) error {
	if n > uint64(len(s.b)-s.at) {
		return errThrift
	}
	s.at += int(n)
	return nil
}

// structure is fields, each behind its type, until a type of 0.
func (s *skimmer) structure(depth int) error {
	if depth > thriftDepth {
		return errThrift
	}
	for {
		head, err := s.byte()
		if err != nil {
			return err
		}
		if head&0xF == 0 {
			return nil
		}
		if head>>4 == 0 { // the field's number is written out
			if _, err := s.uvarint(); err != nil {
				return err
			}
		}
		if t := head & 0xF; t > 2 { // a bool's value is its type
			if err := s.value(t, depth); err != nil {
				return err
			}
		}
	}
}

func (s *skimmer) value(t byte, depth int) error {
	switch t {
	case 1, 2, 3: // bools in lists, bytes
		return s.skip(1)
	case 4, 5, 6:
		_, err := s.uvarint()
		return err
	case 7:
		return s.skip(8)
	case 8:
		n, err := s.uvarint()
		if err != nil {
			return err
		}
		return s.skip(n)
	case 9, 10:
		return s.list(depth)
	case 12:
		return s.structure(depth + 1)
	}
	return errThrift // maps and what else Parquet has not
}

func (s *skimmer) list(depth int) error {
	head, err := s.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = s.uvarint(); err != nil {
			return err
		}
	}
	// Every element takes a byte at least.
	if n > uint64(len(s.b)-s.at) {
		return errThrift
	}
	if s.elements += int(n); s.elements > thriftMemory/thriftWeight {
		return fmt.Errorf("%w: it lists %d things", errThrift, s.elements)
	}
	for range n {
		if err := s.value(head&0xF, depth+1); err != nil {
			return err
		}
	}
	return nil
}
