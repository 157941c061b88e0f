package decompress

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

var gzipMagic = []byte{0x1f, 0x8b}

// members reads gzip members one after another, with the zeros between and behind them that tapes
// and block devices leave there (RFC 1952 does not forbid them, and gzip passes over them).
type members struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func newGzip(r io.Reader) (io.ReadCloser, error) {
	m := &members{in: bufio.NewReaderSize(r, 32<<10)}
	if b, ok := r.(*bufio.Reader); ok {
		m.in = b
	}
	if err := m.next(); err != io.EOF { // zeros alone, behind frames that were cut off
		return m, err
	}
	return m, nil
}

// next begins the next member; io.EOF behind the last.
func (m *members) next() error {
	for {
		b, err := m.in.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			break
		}
	}
	if err := m.in.UnreadByte(); err != nil {
		return err
	}
	var err error
	if head, _ := m.in.Peek(len(gzipMagic)); !bytes.HasPrefix(gzipMagic, head) { // it can be but behind a member
		return fmt.Errorf("behind the compressed text is something else, %q: the file is damaged, or two files were joined (%w)", head, gzip.ErrHeader)
	}
	if m.z == nil {
		m.z, err = gzip.NewReader(m.in)
	} else {
		err = m.z.Reset(m.in)
	}
	if err != nil {
		return whole(err)
	}
	m.z.Multistream(false)
	return nil
}

func (m *members) Read(p []byte) (int, error) {
	for m.z != nil {
		n, err := m.z.Read(p)
		if err != io.EOF || n > 0 {
			if err == io.EOF {
				err = nil
			}
			return n, err
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
	return 0, io.EOF // there are zeros alone
}

func (m *members) Close() error { return nil }
