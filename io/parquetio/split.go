package parquetio

import (
	"context"
	"os"
	"slices"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/paths"
)

// splitPart is some files of a table, or a range of the row groups of one. It is plain data.
type splitPart struct {
	From   int                 `json:"from,omitempty"` // the first row group of the one file
	To     int                 `json:"to,omitempty"`   // the one behind the last; 0 if files are read whole
	Stamps []paths.Fingerprint `json:"stamps"`         // of the files, when they were split
}

// check is an error if an open file is another than it was when the table was split.
func (p *splitPart) check(files []string, name string, f *os.File) error {
	if p == nil {
		return nil
	}
	return p.Stamps[slices.Index(files, name)].Check(f)
}

// OpenPart is the source of a part of files: see [chunker.PartOpener].
func (o ReadOptions) OpenPart(data chunker.Settings, files ...string) (chunker.Source, error) {
	p := new(splitPart)
	if err := data.Decode(p); err != nil {
		return nil, err
	}
	switch {
	case len(p.Stamps) != len(files):
		return nil, data.Errorf("stamps: there are %d, of %d files: give the part as it was written", len(p.Stamps), len(files))
	case p.From < 0 || p.To < 0 || p.From > 0 && p.From >= p.To || p.To > 0 && len(files) != 1:
		return nil, data.Errorf("from %d, to %d: a part is a range of the row groups of one file, or files as a whole: give it as it was written", p.From, p.To)
	}
	return &source{options: o, paths: files, part: p}, nil
}

// Split cuts between files, or between row groups if there is only one file.
func (t *table) Split(_ context.Context, n int) ([]chunker.Source, error) {
	s := t.source
	if n < 2 || s.part != nil && s.part.To > 0 {
		return []chunker.Source{s}, nil
	}
	stamps, err := t.stamps()
	if err != nil {
		return nil, err
	}
	if len(t.names) == 1 {
		return t.ranges(n, stamps)
	}
	n = min(n, len(t.names))
	var out []chunker.Source
	for i := range n {
		lo, hi := len(t.names)*i/n, len(t.names)*(i+1)/n
		out = append(out, t.partOf(t.names[lo:hi], &splitPart{Stamps: stamps[lo:hi]}))
	}
	return out, nil
}

// stamps are the files' fingerprints.
func (t *table) stamps() ([]paths.Fingerprint, error) {
	if p := t.source.part; p != nil {
		return p.Stamps, nil
	}
	out := make([]paths.Fingerprint, len(t.names))
	if t.source.reader != nil {
		return out, nil
	}
	for i, name := range t.names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, t.source.fail(name, err)
		}
		out[i] = paths.FingerprintOf(info)
	}
	return out, nil
}

// partOf is the source of a part.
func (t *table) partOf(files []string, p *splitPart) chunker.Source {
	c := *t.source
	c.paths, c.part = files, p
	return &c
}

// ranges are sources of parts of the one file.
func (t *table) ranges(n int, stamps []paths.Fingerprint) ([]chunker.Source, error) {
	f, done, err := t.at(0)
	if err != nil {
		return nil, err
	}
	groups := len(f.meta.RowGroups)
	if err := done(); err != nil {
		return nil, err
	}
	if n = min(n, groups); n < 2 {
		return []chunker.Source{t.source}, nil
	}
	var out []chunker.Source
	for i := range n {
		out = append(out, t.partOf(t.names, &splitPart{From: groups * i / n, To: groups * (i + 1) / n, Stamps: stamps}))
	}
	return out, nil
}
