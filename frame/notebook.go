package frame

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Display shows the frame: in a GoNB notebook as an HTML table below the
// cell, elsewhere as text on standard output.
//
// A program has one connection to its notebook, which is held until it ends. The gonbui
// package opens another, and the notebook understands only one of them: programs that
// use gonbui call gonbui.DisplayHtml(f.HTML()) instead.
func (f *Frame) Display() error {
	path := os.Getenv("GONB_PIPE")
	if path == "" {
		_, err := fmt.Println(f)
		return err
	}
	message := displayData{Data: map[string]any{"text/html": f.HTML(), "text/plain": f.String()}}
	if err := notebook.send(path, message); err != nil {
		return fmt.Errorf("display in the notebook (GONB_PIPE=%s): %w", path, err)
	}
	return nil
}

// displayData is a message of GoNB's protocol: the same content in the MIME types
// that a front end may choose from. gob matches it by its fields' names.
type displayData struct {
	Data map[string]any
}

// notebook is the program's connection. It is the process's, as the environment variable is: the
// notebook reads one gob stream from the pipe, in which each type is
// described once, and stops reading for good when the pipe is closed.
var notebook connection

type connection struct {
	mu      sync.Mutex
	path    string
	pipe    io.Closer
	encoder *gob.Encoder
}

func (c *connection) send(path string, message displayData) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.encoder == nil || c.path != path {
		pipe, err := openPipe(path)
		if err != nil {
			return err
		}
		c.close()
		c.path, c.pipe, c.encoder = path, pipe, gob.NewEncoder(&patient{pipe})
	}
	err := c.encoder.Encode(message)
	if err != nil {
		c.close() // the stream is broken off: begin another
	}
	return err
}

func (c *connection) close() {
	if c.pipe != nil {
		c.pipe.Close()
	}
	c.pipe, c.encoder = nil, nil
}

// patience is how long a notebook that does not listen is waited for.
const patience = 5 * time.Second

// openPipe opens the named pipe without waiting for its reader, as a plain open
// would: for ever, where the variable is left over from a notebook that is gone.
func openPipe(path string) (*os.File, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		pipe, err := os.OpenFile(path, os.O_WRONLY|nonBlocking, 0)
		if !errors.Is(err, noReader) {
			return pipe, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("nothing reads from it: unset GONB_PIPE outside a notebook")
		}
	}
}

// patient gives up a write that makes no headway.
type patient struct{ pipe *os.File }

func (p *patient) Write(b []byte) (int, error) {
	// An error means that this kind of file has no deadlines; then there is none.
	_ = p.pipe.SetWriteDeadline(time.Now().Add(patience))
	return p.pipe.Write(b)
}
