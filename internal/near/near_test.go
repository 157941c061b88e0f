package near

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestName(t *testing.T) {
	columns := []string{"fare", "tip", "distance", "dep_delay", "x"}
	for name, want := range map[string]string{
		"fair": "", "fares": "fare", "fare ": "fare", "Fare": "fare", "distence": "distance", "dsitance": "distance",
		"DepDelay": "dep_delay", "zone": "", "y": "", "": "", "tpi": "tip", "tips": "tip",
	} {
		require.Equal(t, want, Name(name, columns), "%q", name)
	}
}

func TestHint(t *testing.T) {
	require.Equal(t, `; did you mean "fare"?`, Hint("fares", []string{"fare", "tip"}))
	require.Equal(t, `; there are fare, tip`, Hint("zone", []string{"fare", "tip"}))
	require.Equal(t, `; there are none`, Hint("zone", nil))
	many := strings.Fields(strings.Repeat("column ", 100))
	require.Contains(t, Hint("zone", many), "… (100 in all)")
}

func TestHintOfLongAndOddNames(t *testing.T) {
	long := strings.Repeat("x", 300)
	require.Equal(t, "; there are "+long, Hint("b", []string{long}))
	require.Equal(t, "; there are "+long+", … (2 in all)", Hint("b", []string{long, "a"}))
	require.Equal(t, "; there are a, … (2 in all)", Hint("b", []string{"a", long}))
	require.Equal(t, `; there are \x1b[2J, a\nb`, Hint("q", []string{"\x1b[2J", "a\nb"}))
}
