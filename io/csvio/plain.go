package csvio

import (
	"slices"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// flatten makes the block plain text, where the dialect is not: what the scanner reads.
func (p *piece) flatten() {
	r := &p.stream.rules
	if p.stream.asIs {
		return
	}
	var at dialect.Shifts
	p.raw = p.text
	p.made = bufpool.Get(len(p.raw) + len(p.raw)/4 + csv.Pad)[:0]
	p.text = r.Flatten(p.raw, p.stream.dialect, p.made, &at)
	p.moved = append(p.moved, at)
}

// place leads a place in the block, as it was scanned, back to the text as it was read.
func (p *piece) place(at int) int {
	for _, m := range slices.Backward(p.moved) {
		at = m.Before(at)
	}
	return min(at, len(p.source()))
}

// source is the text as it was read.
func (p *piece) source() []byte {
	if p.raw != nil {
		return p.raw
	}
	return p.text
}
