package web_test

import (
	"net/url"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func goexit() { runtime.Goexit() }

func httptestURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}
