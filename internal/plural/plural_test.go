package plural_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/plural"
)

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"0 rows": plural.Count(0, "row"), "1 row": plural.Count(1, "row"), "2 empty fields": plural.Count(2, "empty field"),
		"1 dictionary": plural.Count(int64(1), "dictionary"), "3 dictionaries": plural.Count(int64(3), "dictionary"), "7 days": plural.Count(7, "day"),
	} {
		require.Equal(t, want, got)
	}
}
