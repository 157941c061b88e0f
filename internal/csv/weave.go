package csv

// Strand is the fields of a column on their way out: row i is Lens[i] bytes of Text from Starts[i]
// on. Behind the last of them Text has Pad bytes more.
type Strand struct {
	Text   []byte
	Starts []uint32
	Lens   []uint32
	// After is what follows each field, a delimiter or line end, and AfterLen how many of its bytes
	// do.
	After    [4]byte
	AfterLen uint32
}

// Weave writes rows of fields at a place of out, which has [Room] for them, and returns the place
// after. It costs about 2 ns a field.
func Weave(out []byte, at int, strands []Strand, rows int) (end int) {
	if rows == 0 {
		return at
	}
	return weaveRows(out, at, strands, rows)
}

// Decimals writes floats that have just that many digits after the point, 1 to 6, in at most eight
// bytes, width bytes from the last, and how long they are; 12.0 has one. It sets a bit in odd for
// each float that is none of those, and returns how many it looked at: groups of eight, or none
// where no assembly does it. It costs about 3 ns a float.
func Decimals(vals []float64, slots []byte, width, digits int, lens []uint32, odd []uint8) (done int) {
	if decimalGroups == nil {
		return 0
	}
	return decimalGroups(vals, slots, width, digits, lens, odd)
}

var decimalGroups func(vals []float64, slots []byte, width, digits int, lens []uint32, odd []uint8) (done int)

// Integers does for integers of at most eight bytes what [Decimals] does for floats, in 2 ns.
func Integers(vals []int64, slots []byte, width int, lens []uint32, odd []uint8) (done int) {
	if integerGroups == nil {
		return 0
	}
	return integerGroups(vals, slots, width, lens, odd)
}

var integerGroups func(vals []int64, slots []byte, width int, lens []uint32, odd []uint8) (done int)

// Room is how many bytes rows of fields take, with some to spare for the last.
func Room(strands []Strand, rows int) (bytes int) {
	for i := range strands {
		for _, n := range strands[i].Lens[:rows] {
			bytes += int(n)
		}
		bytes += rows * int(strands[i].AfterLen)
	}
	return bytes + Pad
}

var weaveRows = weaveGeneric

func weaveGeneric(out []byte, at int, strands []Strand, rows int) int {
	for row := range rows {
		for i := range strands {
			s := &strands[i]
			start := s.Starts[row]
			at += copy(out[at:], s.Text[start:start+s.Lens[row]])
			at += copy(out[at:], s.After[:s.AfterLen])
		}
	}
	return at
}
