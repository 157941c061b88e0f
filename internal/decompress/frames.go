package decompress

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A stream of many frames is decoded on all cores where the ends of frames can be told without
// decoding: those of zstd whose content size is in their header, and gzip members that name their
// own size as BGZF does (bgzip, and tools for genomes). From the first frame on for which that does
// not hold the rest is decoded as a stream.

const (
	frameMax  = 16 << 20  // a frame decoded by itself becomes at most
	batchSize = 512 << 10 // of small members that are decoded together
	ratioMax  = 100       // what a large frame becomes of a byte, to be decoded by itself
)

// job is frames that are decoded by themselves.
type job struct {
	packed []byte
	size   int // they become at most
	decode func(packed []byte, size int) ([]byte, error)
}

// errStream says that frames can no longer be cut.
var errStream = errors.New("to be decoded as a stream")

// frames reads jobs that are decoded side by side, in their order.
type frames struct {
	name   string
	input  *input
	in     *bufio.Reader
	next   func(*frames) (job, error)
	stream func(io.Reader) (io.ReadCloser, error)
	zstd   *zstd.Decoder

	running sync.WaitGroup
	queue   []chan result
	text    []byte
	back    []byte        // read from in and not cut
	rest    io.ReadCloser // what is behind the last frame that was cut
	done    error         // nothing is to be cut any more
}

type result struct {
	text []byte
	err  error
}

// Read gives the decoded frames, then the rest.
func (f *frames) Read(p []byte) (int, error) {
	for len(f.text) == 0 {
		f.start()
		if len(f.queue) == 0 {
			return f.behind(p)
		}
		r := <-f.queue[0]
		f.queue = f.queue[1:]
		if r.err != nil {
			f.queue, f.done = nil, r.err
			return 0, f.input.named(f.name, r.err)
		}
		f.text = r.text
	}
	n := copy(p, f.text)
	f.text = f.text[n:]
	return n, nil
}

// start has as many jobs decoded as there are cores, and one more.
func (f *frames) start() {
	for f.done == nil && len(f.queue) <= runtime.GOMAXPROCS(0) {
		j, err := f.next(f)
		if err != nil {
			f.done = err
			return
		}
		c := make(chan result, 1)
		f.queue = append(f.queue, c)
		f.running.Go(func() {
			text, err := j.decode(j.packed, j.size)
			c <- result{text, err}
		})
	}
}

// behind reads what is behind the frames.
func (f *frames) behind(p []byte) (int, error) {
	if f.done != errStream {
		if f.done == io.EOF {
			return 0, io.EOF
		}
		return 0, f.input.named(f.name, f.done)
	}
	if f.rest == nil {
		r, err := f.stream(io.MultiReader(bytes.NewReader(f.back), f.in))
		if err != nil {
			f.done = err
			return 0, f.input.named(f.name, err)
		}
		f.rest = &reader{r, f.name, f.input}
	}
	return f.rest.Read(p)
}

// Close waits for what is being decoded.
func (f *frames) Close() error {
	f.queue, f.text = nil, nil
	if f.done == nil {
		f.done = io.ErrClosedPipe
	}
	f.running.Wait()
	if f.zstd != nil {
		f.zstd.Close()
	}
	if f.rest != nil {
		return f.rest.Close()
	}
	return nil
}

// take reads n bytes more of the frame that is being cut.
func (f *frames) take(n int) error {
	have := len(f.back)
	f.back = append(f.back, make([]byte, n)...)
	k, err := io.ReadFull(f.in, f.back[have:])
	f.back = f.back[:have+k]
	return err
}

// cut is the frame that was read.
func (f *frames) cut() []byte {
	out := f.back
	f.back = nil
	return out
}

// nextZstd cuts a frame by the sizes of its blocks.
func nextZstd(f *frames) (job, error) {
	for {
		head, err := f.in.Peek(zstd.HeaderMaxSize)
		if len(head) == 0 {
			return job{}, err
		}
		var h zstd.Header
		if h.Decode(head) != nil {
			return job{}, errStream
		}
		if h.Skippable {
			if _, err := f.in.Discard(h.HeaderSize + int(h.SkippableSize)); err != nil {
				return job{}, io.ErrUnexpectedEOF
			}
			continue
		}
		if !h.HasFCS || h.FrameContentSize > frameMax || h.DictionaryID != 0 || f.take(h.HeaderSize) != nil {
			return job{}, errStream
		}
		return f.zstdFrame(int(h.FrameContentSize), h.HasCheckSum)
	}
}

func (f *frames) zstdFrame(size int, sum bool) (job, error) {
	const last, kind, rle, reserved = 1, 3, 1, 3
	for {
		if f.take(3) != nil {
			return job{}, errStream
		}
		b := f.back[len(f.back)-3:]
		block := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		n := block >> 3
		switch block >> 1 & kind {
		case rle:
			n = 1
		case reserved:
			return job{}, errStream
		}
		if block&last != 0 && sum {
			n += 4
		}
		if len(f.back)+n > frameMax+frameMax/8 || f.take(n) != nil {
			return job{}, errStream
		}
		if block&last != 0 {
			if size > 64<<10 && size/ratioMax > len(f.back) {
				return job{}, errStream // no memory on the header's word
			}
			return job{f.cut(), size, f.decodeZstd}, nil
		}
	}
}

func (f *frames) decodeZstd(packed []byte, size int) ([]byte, error) {
	return f.zstd.DecodeAll(packed, make([]byte, 0, size))
}

// nextGzip cuts members by the sizes that they name, several together.
func nextGzip(f *frames) (job, error) {
	size := 0
	for len(f.back) < batchSize {
		n, err := memberSize(f.in)
		if err == io.EOF && len(f.back) > 0 {
			break
		}
		if err != nil {
			if len(f.back) > 0 && err == errStream {
				break // these first
			}
			return job{}, err
		}
		if f.take(n) != nil {
			return job{}, errStream
		}
		size += int(min(binary.LittleEndian.Uint32(f.back[len(f.back)-4:]), 64<<10))
	}
	return job{f.cut(), size, decodeGzip}, nil
}

// memberSize is the bytes of the gzip member at hand, where it names them.
func memberSize(in *bufio.Reader) (int, error) {
	const fixed, extra = 12, 4
	head, err := in.Peek(fixed)
	if len(head) == 0 {
		return 0, err
	}
	if len(head) < fixed || head[0] != 0x1f || head[1] != 0x8b || head[3]&extra == 0 {
		return 0, errStream
	}
	n := int(binary.LittleEndian.Uint16(head[10:]))
	if head, _ = in.Peek(fixed + min(n, 1024)); len(head) < fixed+n {
		return 0, errStream
	}
	for field := head[fixed:]; len(field) >= 4; {
		size := int(binary.LittleEndian.Uint16(field[2:]))
		if field[0] == 'B' && field[1] == 'C' && size == 2 && len(field) >= 6 {
			if total := int(binary.LittleEndian.Uint16(field[4:])) + 1; total > fixed+n+8 {
				return total, nil
			}
			return 0, errStream
		}
		field = field[min(4+size, len(field)):]
	}
	return 0, errStream
}

// decodeGzip decodes members that together should have that size.
func decodeGzip(packed []byte, size int) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := io.Copy(out, io.LimitReader(z, frameMax+1)); err != nil {
		return nil, err
	}
	if out.Len() > frameMax {
		return nil, errors.New("a member becomes more than it says")
	}
	return out.Bytes(), nil
}

// newFrames reads a stream of gzip or zstd; ok is false where its first frame cannot be cut.
func newFrames(name string, in *bufio.Reader, stream func(io.Reader) (io.ReadCloser, error)) (*frames, bool) {
	f := &frames{name: name, in: in, stream: stream}
	switch name {
	case "gzip":
		if _, err := memberSize(in); err != nil {
			return nil, false
		}
		f.next = nextGzip
	case "zstd":
		head, _ := in.Peek(zstd.HeaderMaxSize)
		var h zstd.Header
		if h.Decode(head) != nil || !h.Skippable && (!h.HasFCS || h.FrameContentSize > frameMax) {
			return nil, false
		}
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(frameMax), zstd.WithDecoderMaxWindow(window))
		if err != nil {
			return nil, false
		}
		f.next, f.zstd = nextZstd, d
	default:
		return nil, false
	}
	return f, true
}
