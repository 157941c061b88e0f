package chunker_test

import (
	"fmt"

	"github.com/volley-go/volley/chunker"
)

// Limits that a program was given by its user are looked at before a run is begun.
func ExamplePolicy_Check() {
	for _, rows := range []int{1000, -1} {
		policy := chunker.Skip()
		policy.RowsMax = rows
		if err := policy.Check(); err != nil {
			fmt.Println("not taken:", err)
			continue
		}
		fmt.Println(policy)
	}
	// Output:
	// skip, at most 1000 rows
	// not taken: RowsMax -1 and RatioMax 0: give a number of rows, and a share from 0 to 1
}
