package parquetenc

import (
	"reflect"
	"testing"

	"github.com/volley-go/volley/internal/layout"
)

// TestTheAssemblyKnowsWhereFieldsLie, as it reads packings by offsets.
func TestTheAssemblyKnowsWhereFieldsLie(t *testing.T) {
	layout.Check(t, "../asm/parquet/main.go", "packing", reflect.TypeFor[packing]())
}
