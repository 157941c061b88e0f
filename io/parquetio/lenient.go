package parquetio

import (
	"errors"
	"math"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// decodeFooter decodes a file's metadata. Where a key stands without a value, which the format
// allows and the library does not, the value is made the empty text first.
func decodeFooter(src []byte, most int) (*format.FileMetaData, error) {
	meta := new(format.FileMetaData)
	_, err := unthrift(src, most, meta)
	var missing *thrift.MissingField
	if !errors.As(err, &missing) {
		return meta, err
	}
	places, walkErr := keysWithoutValues(src)
	if walkErr != nil || len(places) == 0 {
		return meta, err
	}
	var whole []byte
	from := 0
	for _, at := range places {
		whole = append(append(whole, src[from:at]...), 1<<4|thriftBinary, 0)
		from = at
	}
	meta = new(format.FileMetaData)
	_, err = unthrift(append(whole, src[from:]...), most, meta)
	return meta, err
}

// keysWithoutValues are the ends of the pairs, of the file and of its column chunks, that have a
// key alone.
func keysWithoutValues(src []byte) (places []int, err error) {
	f := &fence{src: src, most: math.MaxInt} // nothing is allocated here
	pair := func() error {
		last := 0
		err := f.fields(0, func(id int, _ byte) (bool, error) { last = id; return false, nil })
		if last == 1 {
			places = append(places, f.at-1)
		}
		return err
	}
	metadata := func() error { return f.inside(8, thriftList, func() error { return f.each(pair) }) }
	chunk := func() error { return f.inside(3, thriftS, metadata) }
	group := func() error { return f.inside(1, thriftList, func() error { return f.each(chunk) }) }
	err = f.fields(0, func(id int, kind byte) (bool, error) {
		switch {
		case kind == thriftList && id == 4:
			return true, f.each(group)
		case kind == thriftList && id == 5:
			return true, f.each(pair)
		}
		return false, nil
	})
	return places, err
}

// inside reads a structure and visits one of its fields.
func (f *fence) inside(field int, kind byte, visit func() error) error {
	return f.fields(0, func(id int, k byte) (bool, error) {
		if id != field || k != kind {
			return false, nil
		}
		return true, visit()
	})
}

// each visits the structures of a list.
func (f *fence) each(visit func() error) error {
	head, err := f.byte()
	n := uint64(head >> 4)
	if err == nil && n == 15 {
		n, err = f.uvarint()
	}
	if err == nil && n > 0 && head&15 != thriftS {
		err = corrupt("the metadata has a list of the wrong type")
	}
	for ; err == nil && n > 0; n-- {
		err = visit()
	}
	return err
}
