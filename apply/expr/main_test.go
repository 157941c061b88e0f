package expr

import (
	"os"
	"testing"

	"github.com/volley-go/volley/internal/kernel"
)

// TestMain makes a mistyped name of a kernel a panic in all tests.
func TestMain(m *testing.M) {
	kernel.Strict()
	os.Exit(m.Run())
}
