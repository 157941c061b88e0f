package csvio

import (
	"bytes"
	"context"
	"io"
	"os"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/decompress"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// quoteReach is how much of a text whose first rows have no line end in quotes is searched for a
// quote.
const quoteReach = 1 << 20

// sampler looks at places of files to narrow down what their columns can be.
type sampler struct {
	s      *stream
	types  *sniff.TypeInference
	breaks bool  // the first rows have line ends in quotes
	quiet  int64 // where a range of the file ends that was searched for quotes and has none
}

// further looks at places all over the first file, and at the beginning of others.
func (g *sampler) further(ctx context.Context) error {
	s := g.s
	for i := range min(len(s.files), sampleFiles) {
		name := s.files[i*len(s.files)/min(len(s.files), sampleFiles)]
		if i == 0 && s.input.file != nil && s.input.waits == nil { // it is open
			if err := g.places(ctx, s.input, false); err != nil {
				return s.source.fail(name, err)
			}
			continue
		}
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
			continue // a pipe comes once
		}
		f, err := os.Open(name)
		if err != nil {
			return s.source.fail(name, err)
		}
		err = g.places(ctx, &input{file: f, begin: s.input.begin}, i > 0)
		f.Close()
		if err != nil {
			return s.source.fail(name, err)
		}
	}
	return nil
}

func (g *sampler) places(ctx context.Context, in *input, begin bool) error {
	g.quiet = 0
	return in.eachPlace(begin, func(raw []byte, at int64) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if at == 0 && decompress.Format(raw) != "" {
			return errStop
		}
		text := sample(g.s.input.encoding, raw, at, in.begin)
		row := 0
		if at == 0 {
			left, _ := sniff.SkipLines(text, g.s.source.options.Skip, false)
			text = text[left:]
			row = g.s.layoutAgain(text, false).End
		} else {
			inside, err := g.inQuotes(in, text, at)
			if err != nil {
				return err
			}
			row = sniff.FirstRow(&g.s.rules, text, inside)
		}
		g.types.Look(g.s.wholeRows(text[row:], false), sampleRows)
		return nil
	})
}

// inQuotes reports whether a place of a file lies inside quotes. If its sample has no quote, the
// next one tells. It is searched as far as a row can reach if the first rows have line ends in
// quotes, and for quoteReach bytes if not. If there is none, the place is taken to lie outside.
func (g *sampler) inQuotes(in *input, text []byte, at int64) (bool, error) {
	s := g.s
	r := &s.rules
	if r.Quote == 0 || bytes.IndexByte(text, r.Quote) >= 0 || s.input.encoding != charset.UTF8 {
		return sniff.StartsInQuotes(r, text, len(g.s.columns)), nil
	}
	reach := int64(quoteReach)
	if g.breaks {
		reach = int64(s.source.options.rowMax())
	}
	buf := bufpool.Get(sniff.HeadBytes)[:sniff.HeadBytes]
	defer bufpool.Put(buf)
	for from := max(at+int64(len(text)), g.quiet); from < at+reach; from += sniff.HeadBytes - sniff.QuoteBytes {
		n, err := in.file.ReadAt(buf, from)
		if err != nil && err != io.EOF {
			return false, err
		}
		if q := bytes.IndexByte(buf[:n], r.Quote); q >= 0 && (q < sniff.HeadBytes-sniff.QuoteBytes || err == io.EOF) {
			return sniff.StartsInQuotes(r, buf[:n], len(g.s.columns)), nil
		}
		if err == io.EOF {
			break
		}
		g.quiet = from + sniff.HeadBytes - sniff.QuoteBytes
	}
	return false, nil
}
