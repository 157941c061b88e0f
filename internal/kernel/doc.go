// Package kernel holds the hot loops of the vectorised path: stand-alone
// functions over slices of primitives that know nothing of columns, types or
// programs.
//
// # Vocabulary
//
// A lane is one fixed-width value of a vector; a vector is up to [Rows] lanes
// that stay in the first-level cache between two kernels. Truth values and
// validity are bits: word w of a bit vector holds lanes 64w to 64w+63, lowest
// bit first, and the bits after the last lane are unspecified. A text vector is
// (start, end, data): value i is data[start[i]:end[i]], so the offsets of an
// Arrow column serve as both without a copy.
//
// # Rules
//
// The destination has the length of the operands and may be one of them, lane
// for lane. No kernel knows of nulls: it computes every lane, also those under a
// null, and so may not fail on any bit pattern. What can go wrong is reported as
// bits (the `bad` argument), and the caller masks them by validity.
//
// # Twins
//
// Every kernel has a plain Go form, generic over the lane type, which is the definition. Many have
// a twin in AVX2 assembly, written by the generator in internal/asm/kernel together with the table
// of them. [Twin] picks at start by what the processor offers; the build tag noasm leaves the twins
// out. Twins agree bit for bit (the payload of a NaN excepted), which tests check for every line of
// the table. Go may fuse x*y+z on some architectures, hence the conversions around products: they
// forbid it.
package kernel

// Rows is the length of a full vector: 8 KiB of 8-byte lanes, so that five
// or six vectors fit a 48 KiB first-level cache.
const Rows = 1024

// Bits are truth values or validity: see above.
type Bits []uint64

// Words is the length of a full bit vector.
const Words = Rows / 64

// WordsFor is the number of words that hold n bits.
func WordsFor(n int) int { return (n + 63) / 64 }

// Signed, Unsigned, Integer, Float and Number are the lane types.
type (
	Signed interface {
		~int8 | ~int16 | ~int32 | ~int64
	}
	Unsigned interface {
		~uint8 | ~uint16 | ~uint32 | ~uint64
	}
	Integer interface{ Signed | Unsigned }
	Float   interface{ ~float32 | ~float64 }
	Number  interface{ Integer | Float }
)
