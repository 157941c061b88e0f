package charts

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/benchdoc"
)

func results() *benchdoc.Results {
	cell := func(system string, status benchdoc.Status, wall ...float64) benchdoc.Cell {
		return benchdoc.Cell{System: system, Status: status, Wall: wall}
	}
	return &benchdoc.Results{
		Systems: []benchdoc.System{{Name: "volley", Title: "Volley"}, {Name: "slow", Title: "Slow & sons"}, {Name: "wrong", Title: "Wrong"}},
		Jobs: []benchdoc.Job{
			{Name: "one", Family: "csv", Title: `x < "y"`, Cells: []benchdoc.Cell{
				cell("slow", benchdoc.OK, 100), cell("volley", benchdoc.OK, 1), cell("wrong", benchdoc.Differs, 2), cell("none", benchdoc.Cannot),
			}},
			{Name: "told", Family: "rows", Told: true, Cells: []benchdoc.Cell{cell("volley", benchdoc.OK, 1)}},
			{Name: "nobody", Family: "group", Cells: []benchdoc.Cell{cell("volley", benchdoc.Cannot)}},
		},
	}
}

func TestCharts(t *testing.T) {
	charts := Families(results())
	require.Len(t, charts, 1, "told answers and empty jobs are not drawn")
	svg := string(charts["csv"])
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		_, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err, "well-formed")
	}
	require.Less(t, strings.Index(svg, "Volley"), strings.Index(svg, "Slow &amp; sons"), "fastest first")
	require.Contains(t, svg, "100.00 s · 100.0×")
	require.Contains(t, svg, "answer differs")
	require.Equal(t, 1, strings.Count(svg, `class="cut"`), "the bar that does not fit is cut off, visibly")
	require.Contains(t, svg, "prefers-color-scheme: dark")
}

func TestSeconds(t *testing.T) {
	for s, want := range map[float64]string{12.5: "12.50 s", 0.0125: "12.5 ms", 0.0000125: "12.5 µs"} {
		require.Equal(t, want, seconds(s))
	}
}
