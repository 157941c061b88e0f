//go:build unix

package frame

import (
	"encoding/gob"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The notebook's side of the protocol: these are the fields of GoNB's protocol.DisplayData,
// under a type of another name, as there.
type mimeType string

type received struct {
	Data      map[mimeType]any
	Metadata  map[string]any
	DisplayID string
}

// notebookPipe plays a notebook for this test: it reads messages as GoNB does, by one
// decoder over a named pipe, until the pipe is closed.
func notebookPipe(t *testing.T) (messages <-chan received) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gonb_pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	t.Setenv("GONB_PIPE", path)
	out := make(chan received)
	go func() {
		defer close(out)
		pipe, err := os.Open(path) // waits for the writer
		if err != nil {
			return
		}
		defer pipe.Close()
		decoder := gob.NewDecoder(pipe)
		for {
			var m received
			if decoder.Decode(&m) != nil {
				return
			}
			out <- m
		}
	}()
	t.Cleanup(func() {
		notebook.mu.Lock()
		notebook.close() // the reader sees the end of the stream
		notebook.mu.Unlock()
		for range out {
		}
	})
	return out
}

func TestDisplayInANotebook(t *testing.T) {
	messages := notebookPipe(t)
	f := cuts(t)[0]
	for range 3 { // over one stream
		require.NoError(t, f.Display())
		m := <-messages
		require.Equal(t, map[mimeType]any{"text/html": f.HTML(), "text/plain": f.String()}, m.Data)
		require.Empty(t, m.DisplayID)
	}
}

func TestDisplayWithoutNotebook(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	stdout := os.Stdout
	os.Stdout = w
	f := cuts(t)[0]
	err = f.Display()
	os.Stdout = stdout
	require.NoError(t, err)
	require.NoError(t, w.Close())
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, f.String()+"\n", string(text))
}

func TestDisplayToAPipeThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gone")
	t.Setenv("GONB_PIPE", path)
	err := cuts(t)[0].Display()
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "GONB_PIPE="+path)
}

func TestOpenPipeDoesNotWaitForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gonb_pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := os.OpenFile(path, os.O_WRONLY|nonBlocking, 0)
	require.ErrorIs(t, err, noReader, "what openPipe counts on: no reader is an error, not a wait")
}
