package progress

import (
	"bufio"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/volley-go/volley/internal/terminal"
)

// pseudoTerminal opens a terminal of so many columns, and the side that reads what is drawn on it.
func pseudoTerminal(t *testing.T, columns uint16) (terminal, reader *os.File) {
	t.Helper()
	reader, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine lends no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { reader.Close() })
	fd := int(reader.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine lends no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { terminal.Close() })
	require.NoError(t, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}))
	return terminal, reader
}

func TestTerminalIsDrawnOn(t *testing.T) {
	tty, reader := pseudoTerminal(t, 60)
	report := Terminal(tty)
	require.NotNil(t, report)
	require.NotNil(t, Auto(tty))
	columns, ok := terminal.Columns(tty)
	require.True(t, ok)
	require.Equal(t, 60, columns)
	report(Event{Job: "job", RowsDone: 50, RowsTotal: 100, Elapsed: time.Second})
	report(Event{Job: "job", RowsDone: 100, RowsTotal: 100, Elapsed: 2 * time.Second, Done: true})
	text, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, text, "\rjob  ━━━━━━━━━━━───────────   50%     50 rows/s   1.0s left\r", "in 59 columns")
	require.Contains(t, text, "job: 100 rows in 2.0s, 50 rows/s")
}
