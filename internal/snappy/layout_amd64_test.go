//go:build !noasm

package snappy

import (
	"reflect"
	"testing"

	"github.com/volley-go/volley/internal/layout"
)

// TestTheAssemblyKnowsWhereFieldsLie, as it reads the tables by offsets.
func TestTheAssemblyKnowsWhereFieldsLie(t *testing.T) {
	layout.Check(t, "../asm/snappy/copy.go", "tables", reflect.TypeOf(tables))
}
