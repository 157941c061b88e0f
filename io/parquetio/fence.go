package parquetio

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// The types of thrift's compact protocol.
const (
	thriftTrue, thriftFalse, thriftByte       = 1, 2, 3
	thriftI16, thriftI32, thriftI64           = 4, 5, 6
	thriftDouble, thriftBinary                = 7, 8
	thriftList, thriftSet, thriftMap, thriftS = 9, 10, 11, 12
)

// fence walks over thrift-encoded metadata before the library decodes it: the library allocates
// lists by the length they claim, and recurses as deep as the input says. The walk allocates
// nothing, takes about 1 ns a byte, and checks that every length fits what is left.
type fence struct {
	src  []byte
	at   int
	cost int // bytes that decoding will allocate, about
	most int // allowed
}

// structCost is the memory of a decoded struct in a list, but for column chunks, which take about
// 900 bytes.
const structCost = 160

const depthMax = 24 // FileMetaData's deepest is 8

func (f *fence) bytes(n uint64) error {
	if n > uint64(len(f.src)-f.at) {
		return corrupt("the metadata has a length of %d where %d bytes are left", n, len(f.src)-f.at)
	}
	f.at += int(n)
	return nil
}

func (f *fence) uvarint() (uint64, error) {
	v, n := binary.Uvarint(f.src[f.at:])
	if n <= 0 {
		return 0, corrupt("the metadata ends inside a number")
	}
	f.at += n
	return v, nil
}

func (f *fence) byte() (byte, error) {
	if f.at >= len(f.src) {
		return 0, corrupt("the metadata ends too early")
	}
	f.at++
	return f.src[f.at-1], nil
}

// skip walks over a value. Inside a list, a boolean takes a byte of its own.
func (f *fence) skip(kind byte, depth int, inList bool) error {
	if depth > depthMax {
		return corrupt("the metadata is nested more than %d deep", depthMax)
	}
	switch kind {
	case thriftTrue, thriftFalse:
		if inList {
			return f.bytes(1)
		}
		return nil
	case thriftByte:
		return f.bytes(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := f.uvarint()
		return err
	case thriftDouble:
		return f.bytes(8)
	case thriftBinary:
		n, err := f.uvarint()
		if err != nil {
			return err
		}
		return f.bytes(n)
	case thriftList, thriftSet:
		return f.list(depth)
	case thriftMap:
		return f.mapping(depth)
	case thriftS:
		return f.structure(depth)
	}
	return corrupt("the metadata has a value of unknown type %d", kind)
}

func (f *fence) list(depth int) error {
	head, err := f.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = f.uvarint(); err != nil {
			return err
		}
	}
	kind := head & 15
	if n > uint64(len(f.src)-f.at) {
		return corrupt("the metadata has a list of %d where %d bytes are left", n, len(f.src)-f.at)
	}
	// The deeper a list of structs, the smaller they are; row groups hold the lists of column
	// chunks.
	each := 24
	if kind == thriftS {
		each = structCost
		if depth == 3 {
			each = 1024
		}
	}
	if f.cost += int(n) * each; f.cost > f.most {
		return limited("the metadata would take more than %d bytes of memory (FooterBytes)", f.most)
	}
	for range n {
		if err := f.skip(kind, depth+1, true); err != nil {
			return err
		}
	}
	return nil
}

// mapping refuses maps: Parquet's metadata has none, and an empty one is harmless.
func (f *fence) mapping(int) error {
	n, err := f.uvarint()
	if err == nil && n > 0 {
		err = corrupt("the metadata has a map, which Parquet knows none of")
	}
	return err
}

func (f *fence) structure(depth int) error {
	for {
		head, err := f.byte()
		if err != nil {
			return err
		}
		if head == 0 {
			return nil
		}
		if head>>4 == 0 { // the field's number follows
			if _, err := f.uvarint(); err != nil {
				return err
			}
		}
		if err := f.skip(head&15, depth+1, false); err != nil {
			return err
		}
	}
}

// unthrift decodes src into v and returns how many bytes it took.
func unthrift(src []byte, most int, v any) (n int, err error) {
	defer guard(&err)
	f := fence{src: src, most: most}
	if err := f.structure(0); err != nil {
		return 0, err
	}
	r := new(thrift.CompactProtocol).NewReaderFromBytes(src[:f.at])
	if err := thrift.NewDecoder(r).Decode(v); err != nil {
		return 0, corrupt("metadata: %w", err)
	}
	return f.at, nil
}

// footerCost is how many times its bytes a footer takes at most, decoded. It comes off what parts
// may take.
const footerCost = 4

// readFooter reads the metadata of a file of size bytes. What of its end was read stays there, for
// the page index lies beside the footer.
func readFooter(r *tailReader, size int64, limits Limits) (_ *format.FileMetaData, bytes int64, err error) {
	if size < 12 {
		return nil, 0, corrupt("%d bytes are too few for a Parquet file", size)
	}
	if err := r.keep(size, tailBytes); err != nil { // one read holds most footers whole
		return nil, 0, err
	}
	var head [4]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, 0, err
	}
	end := string(r.end[len(r.end)-4:])
	if end == "PARE" {
		return nil, 0, unsupported("the file is encrypted; decrypt it first")
	}
	if string(head[:]) != spec.Magic || end != spec.Magic {
		return nil, 0, corrupt("it does not begin and end with %q: it is no Parquet file, or was cut", spec.Magic)
	}
	n := int64(binary.LittleEndian.Uint32(r.end[len(r.end)-8:]))
	if n > size-12 {
		return nil, 0, corrupt("the footer claims %d bytes of a file of %d", n, size)
	}
	if n > limits.FooterBytes {
		return nil, 0, limited("the footer has %d bytes (FooterBytes %d)", n, limits.FooterBytes)
	}
	footer := make([]byte, n)
	if _, err := r.ReadAt(footer, size-8-n); err != nil {
		return nil, 0, err
	}
	meta, err := decodeFooter(footer, int(limits.FooterBytes)*footerCost)
	if err != nil {
		return nil, 0, err
	}
	if meta.EncryptionAlgorithm.Value != nil {
		return nil, 0, unsupported("the file is encrypted; decrypt it first")
	}
	return meta, n, nil
}
