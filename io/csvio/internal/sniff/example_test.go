package sniff_test

import (
	"fmt"

	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// What a text is like, from its beginning alone.
func ExampleOptions_ChooseDialect() {
	text := []byte("Trips of May\n\nzone;fare;when\n1;2,50;28/05/2018\n2;10,75;01/06/2018\n")
	o := new(sniff.Options)
	scored := o.ChooseDialect(text, true)
	fmt.Printf("delimiter %q: %s\n", scored.Rules.Delimiter, scored.Why())

	layout := o.FindLayout(&scored.Rules, text, 0, true)
	fmt.Printf("%d lines left out: %s\n", layout.Skipped(), layout.WhySkip)
	fmt.Printf("%d row of names: %s\n", layout.Headers, layout.WhyHeader)

	types := sniff.NewTypeInference(o, &scored.Rules, layout.Width)
	types.Look(text[layout.End:], 1000)
	for i, c := range types.Settle(layout.Names, nil) {
		fmt.Printf("%s %s: %s\n", layout.Names[i], c.Type, c.Why())
	}
	// Output:
	// delimiter ";": 4 rows cut, 75 % of them into 3 fields, 100 % of the cells of a known kind
	// 2 lines left out: lines of fewer fields than the 3 of the table
	// 1 row of names: words over columns of numbers and dates
	// zone int64: fits all samples
	// fare float64: fits all samples
	// when date32: fits all samples
}
