package predicate_test

import (
	"cmp"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker/predicate"
)

// A source leaves out row groups by what it knows of their values.
func ExampleOp_Misses() {
	wanted := predicate.Filter{Bounds: []predicate.Bound{{Column: "n", Op: predicate.Greater, Value: int64(40)}}}
	for _, group := range []struct{ low, high int64 }{{1, 30}, {20, 50}, {60, 90}} {
		left := true
		for _, b := range wanted.Bounds {
			n := b.Value.(int64)
			left = left && !b.Op.Misses(cmp.Compare(group.low, n), cmp.Compare(group.high, n))
		}
		fmt.Println(group, "is read:", left)
	}
	// Output:
	// {1 30} is read: false
	// {20 50} is read: true
	// {60 90} is read: true
}

// A test is asked once for each value of a dictionary, and not for each row.
func ExampleTest() {
	long := predicate.Test{Column: "word", Pass: func(values arrow.Array) ([]uint64, error) {
		mask := make([]uint64, (values.Len()+63)/64)
		for i := range values.Len() {
			if len(values.ValueStr(i)) > 3 {
				mask[i/64] |= 1 << (i % 64)
			}
		}
		return mask, nil
	}}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues([]string{"hat", "glove", "shoe"}, nil)
	mask, err := long.Pass(b.NewArray())
	fmt.Printf("%03b %v\n", mask[0], err) // the first value is the lowest bit
	// Output:
	// 110 <nil>
}
