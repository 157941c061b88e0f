package charset

import "sync/atomic"

// span is a part of the input as it was read, from which places in the text that it became are led
// back to bytes.
type span struct {
	text, raw int64 // where it begins in the text, and in the input
	converter       // as it was at its beginning
	next      atomic.Pointer[span]
}

// Place is a place in a text that [Reader] made, or in one that is read as it is. It may be used by
// several goroutines, and is the same text's place for ever.
type Place struct {
	span *span // that has it, or one before; nil: the text is read as it is
	at   int64 // in the text, or in the input
}

// At is a place in an input that is read as it is.
func At(offset int64) Place { return Place{at: offset} }

// Begin is the place of the first byte that the Reader gives. It can be asked for once.
func (r *Reader) Begin() Place {
	s := r.first
	r.first = nil
	return Place{span: s}
}

// Move is the place n bytes of text further on.
func (p Place) Move(n int) Place {
	p.at += int64(n)
	if p.span != nil {
		p.span = p.span.of(p.at)
	}
	return p
}

// of is the span that has a place of the text.
func (s *span) of(at int64) *span {
	for next := s.next.Load(); next != nil && next.text <= at; next = s.next.Load() {
		s = next
	}
	return s
}

// Offset is the byte of the input from which the character n bytes behind the place was read.
func (p Place) Offset(n int) int64 {
	at := p.at + int64(n)
	if p.span == nil {
		return at
	}
	s := p.span.of(at)
	c := s.converter
	c.ended = true // whatever is asked for was converted
	// As much as reaches the place, and no more: characters are converted while there is room for
	// one.
	_, taken := c.convert(make([]byte, at-s.text+room-1))
	return s.raw + int64(taken)
}
