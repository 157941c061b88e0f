package parquetio

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/distinct"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// file is an open file and its metadata.
type file struct {
	name   string
	r      io.ReaderAt
	size   int64
	how    callRules
	closer io.Closer
	stamp  paths.Stamp // of the file that closer is, when it was opened
	closed atomic.Bool
	users  atomic.Int32
	turn   *turn         // of the stream's parts
	memory *atomic.Int64 // of all rows, where they are kept
	meta   *format.FileMetaData
	footer int64          // bytes of it
	kept   arrow.Metadata // of the Arrow schema that the file keeps
	nodes  []*node        // all columns
	leaves int
	wanted []*node // those asked for, in that order
	schema *arrow.Schema
}

func (f *file) close() error {
	if f.closer == nil || f.closed.Swap(true) {
		return nil
	}
	return f.closer.Close()
}

// release ends a use of the file: the stream's, or that of a row group's parts. The last one closes
// it, and is told if it changed since it was opened.
func (f *file) release() (err error) {
	if f.users.Add(-1) != 0 {
		return nil
	}
	if in, ok := f.closer.(*os.File); ok {
		if err = f.stamp.Check(in); err != nil {
			err = fault.In("read", f.name, "", err)
		}
	}
	_ = f.close() // of what was only read
	return err
}

func (s *source) open(name string) (*file, error) {
	f := &file{name: name, r: s.reader, size: s.size, how: callRulesOf(s.reader)}
	if s.collects {
		f.memory = new(atomic.Int64)
	}
	if s.reader == nil {
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return nil, s.fail(name, errors.New("is a pipe or a device, and Parquet is read from its end: write it to a file first"))
		}
		in, err := os.Open(name)
		if err != nil {
			return nil, s.fail(name, err)
		}
		info, err := in.Stat()
		if err == nil {
			f.stamp, err = paths.StampOf(in)
		}
		if err == nil && info.IsDir() {
			err = fmt.Errorf("is a folder; name its files with a pattern such as %s/*.parquet", name)
		}
		if err == nil {
			err = s.part.check(s.paths, name, in)
		}
		if err != nil {
			in.Close()
			return nil, s.fail(name, err)
		}
		f.r, f.size, f.closer, f.how = in, info.Size(), in, local
	}
	if err := f.load(s.options); err != nil {
		f.close()
		return nil, s.fail(name, err)
	}
	return f, nil
}

// load reads the metadata.
func (f *file) load(o ReadOptions) (err error) {
	defer guard(&err)
	limits := o.Limits.orDefault()
	end := &tailReader{ReaderAt: f.r}
	if f.meta, f.footer, err = readFooter(end, f.size, limits); err != nil {
		return err
	}
	f.r = end
	if err := f.checkClaims(); err != nil {
		return err
	}
	f.countDictionaryHeaders()
	if f.nodes, err = schemaOf(f.meta.Schema, limits.Columns, o.int96()); err != nil {
		return err
	}
	for _, n := range f.nodes {
		n.leaves(func(*leaf) { f.leaves++ })
	}
	f.restore(o.KeepDictionaries)
	f.rename()
	return f.project(nil)
}

// rename gives columns of one name different ones, as frames and outputs need them.
func (f *file) rename() {
	names := make([]string, len(f.nodes))
	for i, n := range f.nodes {
		names[i] = n.name
	}
	for i, name := range distinct.Names(names) {
		f.nodes[i].name = name
	}
}

// checkClaims rejects a file whose column chunks claim more than four times its size and a
// mebibyte. Overlapping chunks would make a small file as costly as a large one; a little overlap
// is tolerated because some writers produce it.
func (f *file) checkClaims() error {
	most, claimed := 4*float64(f.size)+1<<20, 0.0
	for i := range f.meta.RowGroups {
		for k := range f.meta.RowGroups[i].Columns {
			claimed += float64(f.meta.RowGroups[i].Columns[k].MetaData.TotalCompressedSize)
		}
	}
	if claimed > most {
		return corrupt("its column chunks claim %.0f bytes of a file of %d", claimed, f.size)
	}
	return nil
}

// countDictionaryHeaders adds to column chunks of parquet-mr before 1.2.9 the header of their
// dictionary page, which it did not count.
func (f *file) countDictionaryHeaders() {
	const headerMost = 100
	if name, v := writerOf(f.meta.CreatedBy); !strings.HasPrefix(name, "parquet-mr") || !v.less(version{1, 2, 9}) {
		return
	}
	for i := range f.meta.RowGroups {
		for k := range f.meta.RowGroups[i].Columns {
			m := &f.meta.RowGroups[i].Columns[k].MetaData
			if off, n := chunkRange(m); off > 0 && n >= 0 && off <= f.size && n <= f.size-off {
				m.TotalCompressedSize += min(headerMost, f.size-off-n)
			}
		}
	}
}

// project chooses columns; nil is all. A path such as "trip.start.time" chooses a field inside
// structs, of which the others are not read; it is a column of that name.
func (f *file) project(names []string) error {
	list := f.nodes
	for _, name := range names {
		if !slices.ContainsFunc(f.nodes, func(n *node) bool { return n.name == name }) {
			if n := inside(f.nodes, name); n != nil {
				list = append(list[:len(list):len(list)], n.as(name))
			}
		}
	}
	fields := make([]arrow.Field, len(list))
	for i, n := range list {
		fields[i] = n.field()
	}
	schema := arrow.NewSchema(fields, &f.kept)
	if f.wanted, f.schema = f.nodes, schema; names == nil {
		return nil
	}
	at, schema, err := chunker.Project(schema, names)
	if err != nil {
		return err
	}
	f.wanted, f.schema = nil, schema
	for _, i := range at {
		f.wanted = append(f.wanted, list[i])
	}
	return nil
}

// as is the node of a field inside others as a column of its own.
func (n *node) as(path string) *node {
	c := *n
	c.name, c.optional = path, true
	return &c
}

// inside finds the field of a path; nil where there is none, or a list on the way.
func inside(nodes []*node, path string) *node {
	for _, n := range nodes {
		if n.name == path {
			return n
		}
		if rest, ok := strings.CutPrefix(path, n.name+"."); ok && n.shape == structShape && n.leaf == nil {
			if k := inside(n.kids, rest); k != nil {
				return k
			}
		}
	}
	return nil
}
