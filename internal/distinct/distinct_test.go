package distinct

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNames(t *testing.T) {
	for given, want := range map[string]string{
		"": "", "a": "a", "a b": "a b", "a a": "a a_2", "a a a": "a a_2 a_3", "a a a_2": "a a_3 a_2", "a_2 a a": "a_2 a a_3", "a_2 a_2 a a": "a_2 a_2_2 a a_3",
		"a b a b": "a b a_2 b_2", "A a": "A a",
	} {
		require.Equal(t, strings.Split(want, " "), Names(strings.Split(given, " ")), given)
	}
	require.Equal(t, []string{"", "_2"}, Names([]string{"", ""}))
}
