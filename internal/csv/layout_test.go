package csv

import (
	"reflect"
	"testing"

	"github.com/volley-go/volley/internal/layout"
)

// TestTheAssemblyKnowsWhereFieldsLie, as it reads and writes these structs by offsets.
func TestTheAssemblyKnowsWhereFieldsLie(t *testing.T) {
	layout.Check(t, "../asm/csv/scan.go", "scan", reflect.TypeFor[scanState]())
	layout.Check(t, "../asm/csv/survey.go", "survey", reflect.TypeFor[surveyState]())
	layout.Check(t, "../asm/csv/weave.go", "strand", reflect.TypeFor[Strand]())
}
