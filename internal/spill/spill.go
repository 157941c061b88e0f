// Package spill keeps record batches in a temporary file and reads them back.
//
// A [File] is one such file, and a [chunker.Sink]: each [Run] that it creates is a writer, and once
// committed a [chunker.Source] of the chunks that were written, any number of times. A chunk is one
// block of the file, and blocks can be read alone and in any order ([Run.Read]). So whoever merges
// runs holds a block of each and no more.
//
// # The file
//
// A block is a header, and the buffers of the columns as they lie in memory, each aligned to 64
// bytes: writing copies them once, reading not at all, since the arrays point into what was read.
// Where blocks lie, how long they are and their checksums (CRC-32C) are kept in memory, about 40
// bytes a block: nothing is allocated by what stands in the file. All Arrow types can be written.
//
// The file's mode is 0600. Where the system allows it the file has no name from the beginning, so
// that a crash leaves nothing behind; else Close removes it.
package spill

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"sync"
	"syscall"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/count"
)

// File is a temporary file that holds any number of runs. Its methods may be called from many
// goroutines.
type File struct {
	dir  string
	name string // where the file has one still
	f    storage

	mu     sync.Mutex
	end    int64
	closed bool
}

// storage is what a File needs of an [os.File].
type storage interface {
	io.WriterAt
	io.ReaderAt
	io.Closer
}

// Create begins a file in a folder; an empty one is the system's for temporary files.
func Create(dir string) (*File, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	f, err := os.CreateTemp(dir, "volley-spill-*")
	if err != nil {
		return nil, fmt.Errorf("spilling to %s: %w%s", dir, err, remedy)
	}
	out := &File{dir: dir, name: f.Name(), f: f}
	if runtime.GOOS != "windows" && os.Remove(out.name) == nil {
		out.name = ""
	}
	return out, nil
}

const remedy = ": name another folder (TMPDIR, or the job's own for temporary files), or give more Memory, so that less is spilled"

// Bytes is how much was written.
func (f *File) Bytes() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.end
}

// Create begins a run. What is kept of the chunks is their records.
func (f *File) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	return f.Run(schema), nil
}

// Run begins a run, as Create does.
func (f *File) Run(schema *arrow.Schema) *Run { return &Run{file: f, schema: schema} }

// Close ends the file with all its runs. It may be called twice.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	err := f.f.Close()
	if f.name != "" {
		err = errors.Join(err, os.Remove(f.name))
	}
	return err
}

// write puts bytes at the end and returns where.
func (f *File) write(b []byte) (at int64, err error) {
	f.mu.Lock()
	at = f.end
	f.end += int64(len(b))
	f.mu.Unlock()
	if _, err := f.f.WriteAt(b, at); err != nil {
		return 0, f.failed(err, at)
	}
	return at, nil
}

func (f *File) failed(err error, written int64) error {
	what := ""
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, errQuota) {
		what = remedy
	}
	return fmt.Errorf("spilling to %s: after %s: %w%s", f.dir, count.Bytes(written), err, what)
}

// block is where a chunk lies in the file.
type block struct {
	at   int64
	size int64
	row  int64 // of the run: that of its first
	rows int32
	sum  uint32
}

// Run is chunks of one schema, one after another in a file. It is a [chunker.Writer], and after
// Commit a [chunker.Source].
type Run struct {
	file   *File
	schema *arrow.Schema

	mu        sync.Mutex
	blocks    []block
	rows      int64
	torn      error // what failed: the run lacks a chunk
	committed bool
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Worker returns what any number of workers may use.
func (r *Run) Worker() (chunker.Write, error) { return r.Write, nil }

// Write copies a chunk's columns into a block, which the Append writes.
func (r *Run) Write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	rec, err := whole(c.Record)
	if err != nil {
		return nil, r.tear(err)
	}
	buf := encode(rec)
	rows := rec.NumRows()
	return func(context.Context) error {
		defer bufpool.Put(buf)
		return r.append(buf, rows)
	}, nil
}

func (r *Run) append(buf []byte, rows int64) error {
	at, err := r.file.write(buf)
	if err != nil {
		return r.tear(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blocks = append(r.blocks, block{at: at, size: int64(len(buf)), row: r.rows, rows: int32(rows), sum: crc32.Checksum(buf, castagnoli)})
	r.rows += rows
	return nil
}

func (r *Run) tear(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.torn == nil {
		r.torn = err
	}
	return err
}

// Commit makes a source of the run.
func (r *Run) Commit(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.committed = r.torn == nil
	return r.torn
}

// Close forgets a run that was not committed. The file keeps its bytes until it is closed.
func (r *Run) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.committed {
		r.blocks, r.rows = nil, 0
	}
	return nil
}

// Rows is the number of rows.
func (r *Run) Rows() int64 { return r.rows }

// Blocks is the number of chunks.
func (r *Run) Blocks() int { return len(r.blocks) }

// Block says how many rows chunk i has, and how many bytes it takes in the file and in memory.
func (r *Run) Block(i int) (rows int, bytes int64) {
	return int(r.blocks[i].rows), r.blocks[i].size
}

// Read reads chunk i of a committed run, which belongs to the caller. It may be called from many
// goroutines. It takes the chunk's bytes, whatever they are, and no more memory.
func (r *Run) Read(ctx context.Context, i int) (chunker.Chunk, error) {
	if ctx.Err() != nil {
		return chunker.Chunk{}, context.Cause(ctx)
	}
	b := r.blocks[i]
	buf := bufpool.Get(int(b.size))
	rec, err := r.read(b, buf)
	if err != nil {
		bufpool.Put(buf)
		return chunker.Chunk{}, fmt.Errorf("reading back what was spilled to %s: %w", r.file.dir, err)
	}
	return chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: b.row}, Free: func() { bufpool.Put(buf) }}, nil
}

func (r *Run) read(b block, buf []byte) (arrow.Record, error) {
	if _, err := r.file.f.ReadAt(buf, b.at); err != nil {
		return nil, err
	}
	if crc32.Checksum(buf, castagnoli) != b.sum {
		return nil, fmt.Errorf("the block at byte %d is not what was written: the disk or another program changed it", b.at)
	}
	return decode(r.schema, buf)
}

// Describe returns a committed run to be read.
func (r *Run) Describe(context.Context) (chunker.Input, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.committed {
		return nil, errors.New("spill: the run is read before it is committed")
	}
	return input{r}, nil
}

// input is a run that is read; closing it leaves the run.
type input struct{ run *Run }

func (i input) Schema() *arrow.Schema { return i.run.schema }
func (i input) Close() error          { return nil }

// Open begins a pass. Each chunk is one that was written, whatever size is asked for.
func (i input) Open(_ context.Context, req chunker.Request) (chunker.Stream, error) {
	return chunker.SelectStream(&stream{run: i.run}, req.Columns)
}

// stream hands out the blocks of a run.
type stream struct {
	run  *Run
	next int
}

func (s *stream) Schema() *arrow.Schema { return s.run.schema }
func (s *stream) Close() error          { return nil }

func (s *stream) Next(ctx context.Context) (chunker.Part, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if s.next == s.run.Blocks() {
		return nil, io.EOF
	}
	i := s.next
	s.next++
	return func(ctx context.Context) (chunker.Chunk, error) { return s.run.Read(ctx, i) }, nil
}
