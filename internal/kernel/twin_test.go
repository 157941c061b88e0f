package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// lengths are around the lanes of a register, of a word of bits and of a vector.
var lengths = []int{0, 1, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 8192}

// TestTwins holds every line of the table against its plain form: all lengths, at
// slices that begin anywhere, over special values, in place and apart.
func TestTwins(t *testing.T) {
	for name, list := range twins() {
		for _, k := range list {
			t.Run(name+"/"+reflect.TypeOf(k.plain).String(), func(t *testing.T) {
				require.Equal(t, reflect.TypeOf(k.plain), reflect.TypeOf(k.fast))
				r := rand.New(rand.NewPCG(1, 2))
				for _, n := range lengths {
					for _, off := range []int{0, 1, 3} {
						checkTwin(t, k, r, n, off)
					}
				}
			})
		}
	}
}

// FuzzTwins does the same at sizes and seeds that the fuzzer chooses.
func FuzzTwins(f *testing.F) {
	var all []twin
	for _, name := range slices.Sorted(keysOf(twins())) {
		all = append(all, twins()[name]...)
	}
	if len(all) == 0 {
		f.Skip("no twins on this processor")
	}
	f.Add(uint64(1), uint16(0), uint16(100), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, which, n uint16, off uint8) {
		k := all[int(which)%len(all)]
		checkTwin(t, k, rand.New(rand.NewPCG(seed, 0)), int(n%4096), int(off%16))
	})
}

// TestUnknownTwinsPanicInTests: each is a name that has a twin, mistyped.
func TestUnknownTwinsPanicInTests(t *testing.T) {
	if len(twins()) == 0 {
		t.Skip("no twins on this processor")
	}
	ask := func(name string) func() { return func() { Twin(name, Add[float64]) } }
	for _, name := range []string{"mulByAddBye", "addby", "Add", "eq ", ""} {
		require.NotPanics(t, ask(name), "outside of tests the plain form is taken")
		end := Strict()
		require.PanicsWithValue(t, "kernel: no twin is called "+name, ask(name))
		require.NotPanics(t, ask("add"))
		require.NotPanics(t, ask("neg"), "a name without a form of this type")
		end()
	}
}

func keysOf(m map[string][]twin) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// checkTwin calls both forms with the same arguments, then, for each operand of the
// result's type, with that operand as the destination.
func checkTwin(t *testing.T, k twin, r *rand.Rand, n, off int) {
	t.Helper()
	args := arguments(t, reflect.TypeOf(k.plain), r, n, off)
	compareForms(t, k, args, n, -1)
	for i := 1; i < len(args); i++ {
		if args[i].Type() == args[0].Type() && args[0].Type() != reflect.TypeFor[Bits]() {
			compareForms(t, k, args, n, i)
		}
	}
}

// compareForms checks one call; inPlace is the operand that is the destination too.
func compareForms(t *testing.T, k twin, args []reflect.Value, n, inPlace int) {
	t.Helper()
	call := func(f any) reflect.Value {
		in := slices.Clone(args)
		if in[0].Kind() == reflect.Pointer {
			in[0] = reflect.New(in[0].Type().Elem())
			in[0].Elem().Set(args[0].Elem())
		} else if inPlace > 0 {
			in[0] = copied(args[inPlace])
			in[inPlace] = in[0]
		} else {
			in[0] = copied(args[0])
		}
		reflect.ValueOf(f).Call(in)
		return in[0]
	}
	want, got := call(k.plain), call(k.fast)
	if want.Kind() == reflect.Pointer {
		want, got = want.Elem().Slice(0, 16), got.Elem().Slice(0, 16)
	}
	if bits, ok := want.Interface().(Bits); ok {
		words := WordsFor(n)
		if words > 0 {
			bits[words-1] &= TailMask(n)
			got.Interface().(Bits)[words-1] &= TailMask(n)
		}
	}
	if bytes.Equal(memory(want), memory(got)) {
		return
	}
	for i := range want.Cap() { // what lies behind the lanes must be left alone
		w, g := want.Slice(0, want.Cap()).Index(i), got.Slice(0, want.Cap()).Index(i)
		if !sameBits(w, g) {
			t.Fatalf("n=%d in place %d: lane %d is %v, not %v", n, inPlace, i, g, w)
		}
	}
}

func copied(s reflect.Value) reflect.Value {
	c := reflect.MakeSlice(s.Type(), s.Cap(), s.Cap())
	reflect.Copy(c, s.Slice(0, s.Cap()))
	return c.Slice3(0, s.Len(), s.Cap())
}

// memory is the bytes of a slice and of what lies behind it.
func memory(s reflect.Value) []byte {
	return unsafe.Slice((*byte)(s.UnsafePointer()), s.Cap()*int(s.Type().Elem().Size()))
}

func sameBits(a, b reflect.Value) bool {
	if a.CanFloat() {
		x, y := a.Float(), b.Float()
		return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
	}
	return a.Equal(b)
}

// arguments makes values for a kernel's parameters: slices of n lanes that begin
// off lanes into their memory and have some more behind, bits, single lanes.
func arguments(t *testing.T, f reflect.Type, r *rand.Rand, n, off int) []reflect.Value {
	var args []reflect.Value
	for i := range f.NumIn() {
		p := f.In(i)
		switch {
		case p == reflect.TypeFor[Bits]():
			args = append(args, randomSlice(p, r, WordsFor(n), off))
		case p.Kind() == reflect.Slice:
			args = append(args, randomSlice(p, r, n, off))
		case p.Kind() == reflect.Pointer:
			v := reflect.New(p.Elem())
			for i := range v.Elem().Len() {
				setRandom(v.Elem().Index(i), r)
			}
			args = append(args, v)
		default:
			v := reflect.New(p).Elem()
			require.True(t, v.CanFloat() || v.CanInt() || v.CanUint(), "give this test a value of %s", p)
			setRandom(v, r)
			args = append(args, v)
		}
	}
	return args
}

func randomSlice(p reflect.Type, r *rand.Rand, n, off int) reflect.Value {
	s := reflect.MakeSlice(p, n+off+5, n+off+5)
	d := deckOf(p.Elem())
	reflect.Copy(s, d.Slice(r.IntN(d.Len()-s.Len()), d.Len()))
	return s.Slice3(off, off+n, off+n+5)
}

// decks are random lanes by type, of which slices get a range: lanes drawn anew for each slice
// would take these tests longer than all they do with them.
var decks = map[reflect.Type]reflect.Value{}

func deckOf(lane reflect.Type) reflect.Value {
	d, ok := decks[lane]
	if !ok {
		d = reflect.MakeSlice(reflect.SliceOf(lane), 1<<15, 1<<15)
		r := rand.New(rand.NewPCG(3, 4))
		for i := range d.Len() {
			setRandom(d.Index(i), r)
		}
		decks[lane] = d
	}
	return d
}

var specialFloats = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, -0.49999999999999994,
	math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-1023,
	1 << 52, 1<<52 + 1, -(1 << 53), 709.43, 709.7827128933840, 709.79, -745.13, -745.14, -708.4, 1e300, math.MaxFloat32, 0x1p-140,
}

var specialInts = []uint64{0, 1, 2, math.MaxUint64, math.MaxInt8, 1 << 7, math.MaxInt16, 1 << 15, math.MaxInt32, 1 << 31, math.MaxInt64, 1 << 63, 1<<53 + 1, 255, 256}

// setRandom sets a lane to a special value, any bits, or a number of ordinary size.
func setRandom(v reflect.Value, r *rand.Rand) {
	kind, bits := r.IntN(4), r.Uint64()
	switch {
	case v.CanFloat() && kind == 0:
		v.SetFloat(specialFloats[r.IntN(len(specialFloats))])
	case v.CanFloat() && kind == 1 && v.Kind() == reflect.Float32:
		v.SetFloat(float64(math.Float32frombits(uint32(bits))))
	case v.CanFloat() && kind == 1:
		v.SetFloat(math.Float64frombits(bits))
	case v.CanFloat() && kind == 2:
		v.SetFloat(math.Round(r.NormFloat64() * 4))
	case v.CanFloat():
		v.SetFloat(r.NormFloat64() * 300)
	default:
		if kind == 0 {
			bits = specialInts[r.IntN(len(specialInts))]
		} else if kind == 1 {
			bits %= 8
		}
		if v.CanInt() {
			v.SetInt(int64(bits) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
		} else {
			v.SetUint(bits << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
		}
	}
}

// BenchmarkTwins runs both forms of every kernel over a full vector; the figure to
// look at is ns a lane.
func BenchmarkTwins(b *testing.B) {
	for _, name := range slices.Sorted(keysOf(twins())) {
		for _, k := range twins()[name] {
			r := rand.New(rand.NewPCG(1, 2))
			args := benchArguments(reflect.TypeOf(k.plain), r)
			for form, f := range map[string]any{"avx2": k.fast, "plain": k.plain} {
				b.Run(fmt.Sprintf("%s/%s/%s", name, reflect.TypeOf(f), form), func(b *testing.B) {
					call := reflect.ValueOf(f)
					for b.Loop() {
						call.Call(args)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/Rows, "ns/lane")
				})
			}
		}
	}
}

// benchArguments are ordinary numbers, so that no subnormal slows a kernel down.
func benchArguments(f reflect.Type, r *rand.Rand) []reflect.Value {
	var args []reflect.Value
	set := func(v reflect.Value) {
		switch {
		case v.CanFloat():
			v.SetFloat(r.Float64() + 0.5)
		case v.CanInt():
			v.SetInt(int64(1 + r.IntN(100)))
		default:
			v.SetUint(uint64(1 + r.IntN(100)))
		}
	}
	for i := range f.NumIn() {
		p := f.In(i)
		switch p.Kind() {
		case reflect.Slice:
			n := Rows
			if p == reflect.TypeFor[Bits]() {
				n = Words
			}
			s := reflect.MakeSlice(p, n, n)
			for i := range n {
				set(s.Index(i))
			}
			args = append(args, s)
		case reflect.Pointer:
			args = append(args, reflect.New(p.Elem()))
		default:
			v := reflect.New(p).Elem()
			set(v)
			args = append(args, v)
		}
	}
	return args
}

// randomBytes fills the memory of lanes.
func randomBytes[U any](r *rand.Rand, s []U) []byte {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(*new(U))))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
